package onramp.interop;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/** ValuesService is the peer's Values: it notes whether what came is the sample, and returns what came. */
public final class ValuesService implements Values {
    private final Seen seen;

    public ValuesService(Seen seen) {
        this.seen = seen;
    }

    private <T> T checked(String method, String name, T got) {
        String why = Samples.has(name) ? Same.as(got, Samples.get(name)) : "no sample is called " + name;
        seen.value(method, name, why);
        return got;
    }

    private void expect(String method, String sample, boolean holds, Object got) {
        seen.value(method, sample, holds ? null : "the arguments are " + Same.text(got));
    }

    @Override
    public Object check(String name, Object value) {
        return checked("check", name, value);
    }

    @Override
    public boolean checkBoolean(String name, boolean value) {
        return checked("checkBoolean", name, value);
    }

    @Override
    public byte checkByte(String name, byte value) {
        return checked("checkByte", name, value);
    }

    @Override
    public short checkShort(String name, short value) {
        return checked("checkShort", name, value);
    }

    @Override
    public char checkChar(String name, char value) {
        return checked("checkChar", name, value);
    }

    @Override
    public int checkInt(String name, int value) {
        return checked("checkInt", name, value);
    }

    @Override
    public long checkLong(String name, long value) {
        return checked("checkLong", name, value);
    }

    @Override
    public float checkFloat(String name, float value) {
        return checked("checkFloat", name, value);
    }

    @Override
    public double checkDouble(String name, double value) {
        return checked("checkDouble", name, value);
    }

    @Override
    public Boolean checkBooleanObject(String name, Boolean value) {
        return checked("checkBooleanObject", name, value);
    }

    @Override
    public Integer checkInteger(String name, Integer value) {
        return checked("checkInteger", name, value);
    }

    @Override
    public Long checkLongObject(String name, Long value) {
        return checked("checkLongObject", name, value);
    }

    @Override
    public Double checkDoubleObject(String name, Double value) {
        return checked("checkDoubleObject", name, value);
    }

    @Override
    public String checkString(String name, String value) {
        return checked("checkString", name, value);
    }

    @Override
    public byte[] checkBytes(String name, byte[] value) {
        return checked("checkBytes", name, value);
    }

    @Override
    public char[] checkChars(String name, char[] value) {
        return checked("checkChars", name, value);
    }

    @Override
    public int[] checkInts(String name, int[] value) {
        return checked("checkInts", name, value);
    }

    @Override
    public long[] checkLongs(String name, long[] value) {
        return checked("checkLongs", name, value);
    }

    @Override
    public double[] checkDoubles(String name, double[] value) {
        return checked("checkDoubles", name, value);
    }

    @Override
    public String[] checkStrings(String name, String[] value) {
        return checked("checkStrings", name, value);
    }

    @Override
    public Object[] checkObjects(String name, Object[] value) {
        return checked("checkObjects", name, value);
    }

    @Override
    public Car[] checkCarArray(String name, Car[] value) {
        return checked("checkCarArray", name, value);
    }

    @Override
    public List<?> checkList(String name, List<?> value) {
        return checked("checkList", name, value);
    }

    @Override
    public Set<?> checkSet(String name, Set<?> value) {
        return checked("checkSet", name, value);
    }

    @Override
    public Map<?, ?> checkMap(String name, Map<?, ?> value) {
        return checked("checkMap", name, value);
    }

    @Override
    public Car checkCar(String name, Car value) {
        return checked("checkCar", name, value);
    }

    @Override
    public List<Car> checkCars(String name, List<Car> value) {
        return checked("checkCars", name, value);
    }

    @Override
    public Derived checkDerived(String name, Derived value) {
        return checked("checkDerived", name, value);
    }

    @Override
    public Color checkColor(String name, Color value) {
        return checked("checkColor", name, value);
    }

    @Override
    public Date checkDate(String name, Date value) {
        return checked("checkDate", name, value);
    }

    @Override
    public BigDecimal checkDecimal(String name, BigDecimal value) {
        return checked("checkDecimal", name, value);
    }

    @Override
    public BigInteger checkBigInteger(String name, BigInteger value) {
        return checked("checkBigInteger", name, value);
    }

    @Override
    public UUID checkUuid(String name, UUID value) {
        return checked("checkUuid", name, value);
    }

    @Override
    public LocalDate checkLocalDate(String name, LocalDate value) {
        return checked("checkLocalDate", name, value);
    }

    @Override
    public LocalDateTime checkLocalDateTime(String name, LocalDateTime value) {
        return checked("checkLocalDateTime", name, value);
    }

    @Override
    public String join(String a, int b, long c, List<String> d, byte[] e) {
        boolean holds = "a".equals(a) && b == 7 && c == 1L << 40 && Arrays.asList("x", "y").equals(d) && Arrays.equals(e, Samples.fill(300));
        expect("join", "", holds, Arrays.asList(a, b, c, d, e));
        return a + "|" + b + "|" + c + "|" + String.join(",", d) + "|" + e.length;
    }

    @Override
    public boolean twins(Car a, Car b) {
        expect("twins", "", a == b && Same.as(a, Calls.twin()) == null, Arrays.asList(a, b));
        return a == b;
    }

    @Override
    public Object nothing() {
        expect("nothing", "", true, null);
        return null;
    }

    @Override
    public void quiet(String text) {
        expect("quiet", "", Objects.equals(text, "hush"), text);
    }

    @Override
    public String over(int value) {
        expect("over", "int", value == 7, value);
        return "int";
    }

    @Override
    public String over(long value) {
        expect("over", "long", value == 7, value);
        return "long";
    }

    @Override
    public String over(Integer value) {
        expect("over", "integer", Objects.equals(value, 7), value);
        return "integer";
    }

    @Override
    public String over(String value) {
        expect("over", "string", Objects.equals(value, "7"), value);
        return "string";
    }

    @Override
    public String over(List<?> value) {
        expect("over", "list", Arrays.asList(7).equals(value), value);
        return "list";
    }

    @Override
    public String over(String value, int other) {
        expect("over", "two", Objects.equals(value, "7") && other == 7, Arrays.asList(value, other));
        return "two";
    }
}
