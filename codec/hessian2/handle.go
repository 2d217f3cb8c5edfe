package hessian2

// handled is a value that Java's libraries write as an object of a class of their own,
// a handle, whose package differs by dialect. JavaClassName of such a type is what
// signatures call it, which is never on the wire.
type handled interface {
	JavaClassName() string
	// handle is the class of its handle without the library's package.
	handle() string
}

// The packages of the two libraries. Each reads a handle of the other as a map.
const (
	packageV2    = "com.alibaba.com.caucho.hessian.io."
	packageDraft = "com.caucho.hessian.io."
)

// handles returns a zero value of each type that has a handle. Their fields are those
// of the handle, in the order of Draft; V2 has them the other way round.
func handles() []handled {
	return []handled{
		Locale{}, LocalDate{}, LocalTime{}, LocalDateTime{}, Instant{}, Duration{}, Period{},
		Year{}, YearMonth{}, MonthDay{}, ZoneOffset{}, ZoneID{}, OffsetDateTime{}, OffsetTime{}, ZonedDateTime{},
	}
}

// handleClass is the class that stands for h on the wire.
func handleClass(d Dialect, h handled) string {
	if d == Draft {
		return packageDraft + h.handle()
	}
	return packageV2 + h.handle()
}
