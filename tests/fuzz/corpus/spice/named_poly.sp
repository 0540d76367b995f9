* controls that are called like keywords
V1 poly 0 1
G1 a b poly(1) poly 1 2
E1 a b poly(1) value 0 3
E2 a b vcvs vcvs 0 3
F1 a b poly(1) poly 2
H1 a b cccs cccs 2
.end
