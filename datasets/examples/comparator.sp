* StrongARM latch comparator with an SR latch behind it, 130 nm, 1.8 V
* Drawn for galena; sizes in um as the sky130 models expect them.

.subckt nor2 a b y vdd vss
xn1 y a vss vss sky130_fd_pr__nfet_01v8 w=0.65 l=0.15
xn2 y b vss vss sky130_fd_pr__nfet_01v8 w=0.65 l=0.15
xp1 mid a vdd vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15
xp2 y b mid vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15
.ends

.subckt comparator inp inn clk q qb vdd vss
* clocked tail and input pair
xtail tail clk vss vss sky130_fd_pr__nfet_01v8 w=2 l=0.15 m=2
xinp xn inp tail vss sky130_fd_pr__nfet_01v8 w=2 l=0.15 m=2
xinn xp inn tail vss sky130_fd_pr__nfet_01v8 w=2 l=0.15 m=2
* cross-coupled pairs
xln on op xn vss sky130_fd_pr__nfet_01v8 w=1 l=0.15 m=2
xlp op on xp vss sky130_fd_pr__nfet_01v8 w=1 l=0.15 m=2
xpn on op vdd vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15 m=2
xpp op on vdd vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15 m=2
* reset
xr1 on clk vdd vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15
xr2 op clk vdd vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15
xr3 xn clk vdd vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15
xr4 xp clk vdd vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15
* buffers
xbn1 sb on vss vss sky130_fd_pr__nfet_01v8 w=0.65 l=0.15
xbp1 sb on vdd vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15
xbn2 rb op vss vss sky130_fd_pr__nfet_01v8 w=0.65 l=0.15
xbp2 rb op vdd vdd sky130_fd_pr__pfet_01v8_hvt w=1 l=0.15
* SR latch
xq sb q qb vdd vss nor2
xqb rb qb q vdd vss nor2
.ends
