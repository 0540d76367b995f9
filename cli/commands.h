/* The subcommands; each takes argv with its own name first and returns the exit code. */
#ifndef GALENA_CLI_COMMANDS_H
#define GALENA_CLI_COMMANDS_H

int cmd_info(int argc, char **argv);
int cmd_convert(int argc, char **argv);
int cmd_models(int argc, char **argv);
int cmd_tech(int argc, char **argv);
int cmd_parasitics(int argc, char **argv);
int cmd_simulate(int argc, char **argv);
int cmd_size(int argc, char **argv);
int cmd_surrogate(int argc, char **argv);

int cmd_parasitics_predict(int argc, char **argv);
int cmd_parasitics_import(int argc, char **argv);
int cmd_parasitics_train(int argc, char **argv);
int cmd_parasitics_eval(int argc, char **argv);
int cmd_parasitics_validate(int argc, char **argv);

int cmd_surrogate_train(int argc, char **argv);
int cmd_surrogate_pretrain(int argc, char **argv);
int cmd_surrogate_predict(int argc, char **argv);
int cmd_surrogate_eval(int argc, char **argv);

#endif
