* beside this file and beside the deck
.include "sizes.sp"
.subckt inv a y vdd vss
m1 y a vss vss n1 w='wn' l=lmin
m2 y a vdd vdd p1 w='wn*ratio' l=lmin
.ends
