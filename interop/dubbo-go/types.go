package main

import (
	"fmt"

	hessian "github.com/apache/dubbo-go-hessian2"
)

// genericArguments are the three of $invoke: the method, the names of its parameters'
// Java types, and the arguments with objects as maps.
func genericArguments(method string, args []any) ([]any, error) {
	types := parameterTypes(method)
	if types == nil {
		return nil, fmt.Errorf("this peer has no generic call of %s", method)
	}
	all := []hessian.Object{}
	for _, a := range args {
		all = append(all, mapped(a))
	}
	return []any{method, types, all}, nil
}

// parameterTypes are those of the methods of Echo.java and Values.java.
func parameterTypes(method string) []string {
	const text = "java.lang.String"
	switch method {
	case "echo", "fail", "crash", "note", "absent":
		return []string{"onramp.interop.Message"}
	case "join":
		return []string{text, "int", "long", "java.util.List", "[B"}
	case "twins":
		return []string{"onramp.interop.Car", "onramp.interop.Car"}
	case "nothing":
		return []string{}
	case "quiet":
		return []string{text}
	}
	if t, ok := checkedTypes()[method]; ok {
		return []string{text, t}
	}
	return nil
}

// checkedTypes are the types of the second parameter of the check methods.
func checkedTypes() map[string]string {
	return map[string]string{
		"check": "java.lang.Object", "checkBoolean": "boolean", "checkByte": "byte", "checkShort": "short", "checkChar": "char",
		"checkInt": "int", "checkLong": "long", "checkFloat": "float", "checkDouble": "double",
		"checkBooleanObject": "java.lang.Boolean", "checkInteger": "java.lang.Integer", "checkLongObject": "java.lang.Long",
		"checkDoubleObject": "java.lang.Double", "checkString": "java.lang.String",
		"checkBytes": "[B", "checkChars": "[C", "checkInts": "[I", "checkLongs": "[J", "checkDoubles": "[D",
		"checkStrings": "[Ljava.lang.String;", "checkObjects": "[Ljava.lang.Object;", "checkCarArray": "[Lonramp.interop.Car;",
		"checkList": "java.util.List", "checkSet": "java.util.Set", "checkMap": "java.util.Map",
		"checkCar": "onramp.interop.Car", "checkCars": "java.util.List", "checkDerived": "onramp.interop.Derived",
		"checkColor": "onramp.interop.Color", "checkDate": "java.util.Date", "checkDecimal": "java.math.BigDecimal",
		"checkBigInteger": "java.math.BigInteger", "checkUuid": "java.util.UUID",
		"checkLocalDate": "java.time.LocalDate", "checkLocalDateTime": "java.time.LocalDateTime",
	}
}
