package main

import "context"

// The methods of ../java's Values that get any value. They take interfaces, so that
// null stays null: into a typed parameter the library puts a new zero value. Generic
// calls bring maps, which a typed parameter would need to be filled from.

// Check gets every kind of value.
func (s *ValuesService) Check(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "check", name, value)
}

// CheckInt has the parameter types of the interface.
func (s *ValuesService) CheckInt(ctx context.Context, name string, value int32) (int32, error) {
	_, err := s.check(ctx, "checkInt", name, value)
	return value, err
}

// CheckBoolean is checkBoolean.
func (s *ValuesService) CheckBoolean(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkBoolean", name, value)
}

// CheckByte is checkByte.
func (s *ValuesService) CheckByte(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkByte", name, value)
}

// CheckShort is checkShort.
func (s *ValuesService) CheckShort(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkShort", name, value)
}

// CheckChar is checkChar.
func (s *ValuesService) CheckChar(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkChar", name, value)
}

// CheckLong is checkLong.
func (s *ValuesService) CheckLong(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkLong", name, value)
}

// CheckFloat is checkFloat.
func (s *ValuesService) CheckFloat(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkFloat", name, value)
}

// CheckDouble is checkDouble.
func (s *ValuesService) CheckDouble(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkDouble", name, value)
}

// CheckBooleanObject is checkBooleanObject.
func (s *ValuesService) CheckBooleanObject(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkBooleanObject", name, value)
}

// CheckInteger is checkInteger.
func (s *ValuesService) CheckInteger(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkInteger", name, value)
}

// CheckLongObject is checkLongObject.
func (s *ValuesService) CheckLongObject(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkLongObject", name, value)
}

// CheckDoubleObject is checkDoubleObject.
func (s *ValuesService) CheckDoubleObject(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkDoubleObject", name, value)
}

// CheckString is checkString.
func (s *ValuesService) CheckString(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkString", name, value)
}

// CheckBytes is checkBytes.
func (s *ValuesService) CheckBytes(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkBytes", name, value)
}

// CheckChars is checkChars.
func (s *ValuesService) CheckChars(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkChars", name, value)
}

// CheckInts is checkInts.
func (s *ValuesService) CheckInts(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkInts", name, value)
}

// CheckLongs is checkLongs.
func (s *ValuesService) CheckLongs(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkLongs", name, value)
}

// CheckDoubles is checkDoubles.
func (s *ValuesService) CheckDoubles(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkDoubles", name, value)
}

// CheckStrings is checkStrings.
func (s *ValuesService) CheckStrings(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkStrings", name, value)
}

// CheckObjects is checkObjects.
func (s *ValuesService) CheckObjects(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkObjects", name, value)
}

// CheckCarArray is checkCarArray.
func (s *ValuesService) CheckCarArray(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkCarArray", name, value)
}

// CheckList is checkList.
func (s *ValuesService) CheckList(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkList", name, value)
}

// CheckSet is checkSet.
func (s *ValuesService) CheckSet(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkSet", name, value)
}

// CheckMap is checkMap.
func (s *ValuesService) CheckMap(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkMap", name, value)
}

// CheckCar is checkCar.
func (s *ValuesService) CheckCar(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkCar", name, value)
}

// CheckCars is checkCars.
func (s *ValuesService) CheckCars(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkCars", name, value)
}

// CheckDerived is checkDerived.
func (s *ValuesService) CheckDerived(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkDerived", name, value)
}

// CheckColor is checkColor.
func (s *ValuesService) CheckColor(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkColor", name, value)
}

// CheckDate is checkDate.
func (s *ValuesService) CheckDate(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkDate", name, value)
}

// CheckDecimal is checkDecimal.
func (s *ValuesService) CheckDecimal(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkDecimal", name, value)
}

// CheckBigInteger is checkBigInteger.
func (s *ValuesService) CheckBigInteger(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkBigInteger", name, value)
}

// CheckUuid is checkUuid.
func (s *ValuesService) CheckUuid(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkUuid", name, value)
}

// CheckLocalDate is checkLocalDate.
func (s *ValuesService) CheckLocalDate(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkLocalDate", name, value)
}

// CheckLocalDateTime is checkLocalDateTime.
func (s *ValuesService) CheckLocalDateTime(ctx context.Context, name, value any) (any, error) {
	return s.check(ctx, "checkLocalDateTime", name, value)
}
