package sample

// The classes Kinds$K0 to Kinds$K17: more than a short object tag of Hessian can name.
type (
	k0  struct{ N int32 }
	k1  struct{ N int32 }
	k2  struct{ N int32 }
	k3  struct{ N int32 }
	k4  struct{ N int32 }
	k5  struct{ N int32 }
	k6  struct{ N int32 }
	k7  struct{ N int32 }
	k8  struct{ N int32 }
	k9  struct{ N int32 }
	k10 struct{ N int32 }
	k11 struct{ N int32 }
	k12 struct{ N int32 }
	k13 struct{ N int32 }
	k14 struct{ N int32 }
	k15 struct{ N int32 }
	k16 struct{ N int32 }
	k17 struct{ N int32 }
)

func (k0) JavaClassName() string  { return "onramp.interop.Kinds$K0" }
func (k1) JavaClassName() string  { return "onramp.interop.Kinds$K1" }
func (k2) JavaClassName() string  { return "onramp.interop.Kinds$K2" }
func (k3) JavaClassName() string  { return "onramp.interop.Kinds$K3" }
func (k4) JavaClassName() string  { return "onramp.interop.Kinds$K4" }
func (k5) JavaClassName() string  { return "onramp.interop.Kinds$K5" }
func (k6) JavaClassName() string  { return "onramp.interop.Kinds$K6" }
func (k7) JavaClassName() string  { return "onramp.interop.Kinds$K7" }
func (k8) JavaClassName() string  { return "onramp.interop.Kinds$K8" }
func (k9) JavaClassName() string  { return "onramp.interop.Kinds$K9" }
func (k10) JavaClassName() string { return "onramp.interop.Kinds$K10" }
func (k11) JavaClassName() string { return "onramp.interop.Kinds$K11" }
func (k12) JavaClassName() string { return "onramp.interop.Kinds$K12" }
func (k13) JavaClassName() string { return "onramp.interop.Kinds$K13" }
func (k14) JavaClassName() string { return "onramp.interop.Kinds$K14" }
func (k15) JavaClassName() string { return "onramp.interop.Kinds$K15" }
func (k16) JavaClassName() string { return "onramp.interop.Kinds$K16" }
func (k17) JavaClassName() string { return "onramp.interop.Kinds$K17" }

// kinds returns an object of each class, with N from 0 on.
func kinds() []any {
	return []any{
		&k0{0}, &k1{1}, &k2{2}, &k3{3}, &k4{4}, &k5{5}, &k6{6}, &k7{7}, &k8{8},
		&k9{9}, &k10{10}, &k11{11}, &k12{12}, &k13{13}, &k14{14}, &k15{15}, &k16{16}, &k17{17},
	}
}
