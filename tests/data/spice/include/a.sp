.include "b.sp"
r1 a b 1
