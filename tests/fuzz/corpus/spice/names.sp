* third node is a number after .connect
c1 a b vdd rm
.connect 5v vdd
n1 .model sw1
.model sw1 sw
*.ipin q
x1 a b "()"
r1 Å/1k b 1 $[.1k]
