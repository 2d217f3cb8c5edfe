package main

// Kinds are more classes than a short object tag can name.

// K is what they have in common.
type K struct{ N int32 }

type (
	// K0 is onramp.interop.Kinds$K0.
	K0 struct{ K }
	// K1 is onramp.interop.Kinds$K1.
	K1 struct{ K }
	// K2 is onramp.interop.Kinds$K2.
	K2 struct{ K }
	// K3 is onramp.interop.Kinds$K3.
	K3 struct{ K }
	// K4 is onramp.interop.Kinds$K4.
	K4 struct{ K }
	// K5 is onramp.interop.Kinds$K5.
	K5 struct{ K }
	// K6 is onramp.interop.Kinds$K6.
	K6 struct{ K }
	// K7 is onramp.interop.Kinds$K7.
	K7 struct{ K }
	// K8 is onramp.interop.Kinds$K8.
	K8 struct{ K }
	// K9 is onramp.interop.Kinds$K9.
	K9 struct{ K }
	// K10 is onramp.interop.Kinds$K10.
	K10 struct{ K }
	// K11 is onramp.interop.Kinds$K11.
	K11 struct{ K }
	// K12 is onramp.interop.Kinds$K12.
	K12 struct{ K }
	// K13 is onramp.interop.Kinds$K13.
	K13 struct{ K }
	// K14 is onramp.interop.Kinds$K14.
	K14 struct{ K }
	// K15 is onramp.interop.Kinds$K15.
	K15 struct{ K }
	// K16 is onramp.interop.Kinds$K16.
	K16 struct{ K }
	// K17 is onramp.interop.Kinds$K17.
	K17 struct{ K }
)

// JavaClassName names the class.
func (K0) JavaClassName() string { return "onramp.interop.Kinds$K0" }

// JavaClassName names the class.
func (K1) JavaClassName() string { return "onramp.interop.Kinds$K1" }

// JavaClassName names the class.
func (K2) JavaClassName() string { return "onramp.interop.Kinds$K2" }

// JavaClassName names the class.
func (K3) JavaClassName() string { return "onramp.interop.Kinds$K3" }

// JavaClassName names the class.
func (K4) JavaClassName() string { return "onramp.interop.Kinds$K4" }

// JavaClassName names the class.
func (K5) JavaClassName() string { return "onramp.interop.Kinds$K5" }

// JavaClassName names the class.
func (K6) JavaClassName() string { return "onramp.interop.Kinds$K6" }

// JavaClassName names the class.
func (K7) JavaClassName() string { return "onramp.interop.Kinds$K7" }

// JavaClassName names the class.
func (K8) JavaClassName() string { return "onramp.interop.Kinds$K8" }

// JavaClassName names the class.
func (K9) JavaClassName() string { return "onramp.interop.Kinds$K9" }

// JavaClassName names the class.
func (K10) JavaClassName() string { return "onramp.interop.Kinds$K10" }

// JavaClassName names the class.
func (K11) JavaClassName() string { return "onramp.interop.Kinds$K11" }

// JavaClassName names the class.
func (K12) JavaClassName() string { return "onramp.interop.Kinds$K12" }

// JavaClassName names the class.
func (K13) JavaClassName() string { return "onramp.interop.Kinds$K13" }

// JavaClassName names the class.
func (K14) JavaClassName() string { return "onramp.interop.Kinds$K14" }

// JavaClassName names the class.
func (K15) JavaClassName() string { return "onramp.interop.Kinds$K15" }

// JavaClassName names the class.
func (K16) JavaClassName() string { return "onramp.interop.Kinds$K16" }

// JavaClassName names the class.
func (K17) JavaClassName() string { return "onramp.interop.Kinds$K17" }

// kinds returns one object of each class, with n from 0 on.
func kinds() []any {
	return []any{
		&K0{K{0}},
		&K1{K{1}},
		&K2{K{2}},
		&K3{K{3}},
		&K4{K{4}},
		&K5{K{5}},
		&K6{K{6}},
		&K7{K{7}},
		&K8{K{8}},
		&K9{K{9}},
		&K10{K{10}},
		&K11{K{11}},
		&K12{K{12}},
		&K13{K{13}},
		&K14{K{14}},
		&K15{K{15}},
		&K16{K{16}},
		&K17{K{17}},
	}
}
