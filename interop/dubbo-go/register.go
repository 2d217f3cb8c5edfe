package main

import (
	hessian "github.com/apache/dubbo-go-hessian2"
	"github.com/apache/dubbo-go-hessian2/java_exception"
)

// register tells the library, whose registry is one for the process, of the classes.
func register() {
	registerFilter()
	hessian.RegisterPOJOs(
		&Car{}, &Base{}, &Derived{}, &Node{}, &Nothing{}, &Unknown{}, &Message{}, &Inner{}, &SoldOut{},
		&AtomicLong{}, &AtomicInteger{}, &Calendar{}, &Timestamp{}, &java_exception.Class{},
		LinkedHashMap{}, TreeMap{}, ConcurrentHashMap{},
	)
	for _, k := range kinds() {
		hessian.RegisterPOJO(k.(hessian.POJO))
	}
	hessian.RegisterPOJO(red) // for the name of arrays of it, which an enum has not
	hessian.RegisterJavaEnum(red)
	for _, c := range []hessian.JavaCollectionObject{&LinkedList{}, &HashSet{}, &LinkedHashSet{}, &TreeSet{}} {
		hessian.SetCollectionSerialize(c)
	}
}
