package main

import "time"

// Classes of the JDK that the library does not bring, in the shape that Dubbo's
// Hessian gives them.

// AtomicLong is java.util.concurrent.atomic.AtomicLong.
type AtomicLong struct{ Value int64 }

// JavaClassName names the class.
func (AtomicLong) JavaClassName() string { return "java.util.concurrent.atomic.AtomicLong" }

// AtomicInteger is java.util.concurrent.atomic.AtomicInteger.
type AtomicInteger struct{ Value int32 }

// JavaClassName names the class.
func (AtomicInteger) JavaClassName() string { return "java.util.concurrent.atomic.AtomicInteger" }

// Calendar is what stands for a java.util.Calendar. Type is null for a
// GregorianCalendar.
type Calendar struct {
	Type any
	Date time.Time
}

// JavaClassName names the class.
func (Calendar) JavaClassName() string { return "com.alibaba.com.caucho.hessian.io.CalendarHandle" }

// Timestamp is java.sql.Timestamp, to the millisecond.
type Timestamp struct{ Value time.Time }

// JavaClassName names the class.
func (Timestamp) JavaClassName() string { return "java.sql.Timestamp" }
