Deck with includes of every kind
.include 'parts/inverter.sp'
.lib "models.lib" TT
.inc nowhere.sp
.param supply='vnom*1.1'
x1 in out vdd 0 inv
v1 vdd 0 'supply'
.end
