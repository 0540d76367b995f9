.param wn=0.5u ratio=2 lmin=0.18u
