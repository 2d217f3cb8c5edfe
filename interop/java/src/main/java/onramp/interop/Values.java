package onramp.interop;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Values shows that values arrive. A method whose name begins with "check" gets the name
 * of a sample and its value, notes whether the value is the same as its own sample of
 * that name, and returns the value that it got.
 */
public interface Values {
    Object check(String name, Object value);

    boolean checkBoolean(String name, boolean value);

    byte checkByte(String name, byte value);

    short checkShort(String name, short value);

    char checkChar(String name, char value);

    int checkInt(String name, int value);

    long checkLong(String name, long value);

    float checkFloat(String name, float value);

    double checkDouble(String name, double value);

    Boolean checkBooleanObject(String name, Boolean value);

    Integer checkInteger(String name, Integer value);

    Long checkLongObject(String name, Long value);

    Double checkDoubleObject(String name, Double value);

    String checkString(String name, String value);

    byte[] checkBytes(String name, byte[] value);

    char[] checkChars(String name, char[] value);

    int[] checkInts(String name, int[] value);

    long[] checkLongs(String name, long[] value);

    double[] checkDoubles(String name, double[] value);

    String[] checkStrings(String name, String[] value);

    Object[] checkObjects(String name, Object[] value);

    Car[] checkCarArray(String name, Car[] value);

    List<?> checkList(String name, List<?> value);

    Set<?> checkSet(String name, Set<?> value);

    Map<?, ?> checkMap(String name, Map<?, ?> value);

    Car checkCar(String name, Car value);

    List<Car> checkCars(String name, List<Car> value);

    Derived checkDerived(String name, Derived value);

    Color checkColor(String name, Color value);

    Date checkDate(String name, Date value);

    BigDecimal checkDecimal(String name, BigDecimal value);

    BigInteger checkBigInteger(String name, BigInteger value);

    UUID checkUuid(String name, UUID value);

    LocalDate checkLocalDate(String name, LocalDate value);

    LocalDateTime checkLocalDateTime(String name, LocalDateTime value);

    /** join returns a + "|" + b + "|" + c + "|" + d joined with "," + "|" + e.length. */
    String join(String a, int b, long c, List<String> d, byte[] e);

    /** twins reports whether a and b are one object (a == b). */
    boolean twins(Car a, Car b);

    /** nothing returns null. */
    Object nothing();

    /** quiet returns nothing. */
    void quiet(String text);

    /** The overloads of over return "int", "long", "integer", "string", "list" and "two". */
    String over(int value);

    String over(long value);

    String over(Integer value);

    String over(String value);

    String over(List<?> value);

    String over(String value, int other);
}
