.include "a.sp"
