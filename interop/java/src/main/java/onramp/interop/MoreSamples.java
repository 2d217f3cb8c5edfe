package onramp.interop;

import static onramp.interop.Samples.INSTANT;
import static onramp.interop.Samples.car;
import static onramp.interop.Samples.fill;
import static onramp.interop.Samples.list;
import static onramp.interop.Samples.map;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** MoreSamples are classes of the JDK, exceptions, and objects that are met again. */
final class MoreSamples {
    private MoreSamples() {
    }

    static void addTo(Map<String, Supplier<Object>> all) {
        numbers(all);
        library(all);
        times(all);
        errors(all);
        references(all);
    }

    private static void numbers(Map<String, Supplier<Object>> all) {
        all.put("decimal:long", () -> new BigDecimal("12345678901234567890.0123456789"));
        all.put("decimal:0", () -> new BigDecimal("0"));
        all.put("decimal:scale", () -> new BigDecimal("1.50"));
        all.put("decimal:small", () -> new BigDecimal("-0.001"));
        all.put("decimal:exponent", () -> new BigDecimal("1E+400"));
        all.put("bigint:long", () -> new BigInteger("123456789012345678901234567890"));
        all.put("bigint:0", () -> BigInteger.ZERO);
        all.put("bigint:1", () -> BigInteger.ONE);
        all.put("bigint:minus", () -> new BigInteger("-123456789012345678901234567890"));
        all.put("atomic:long", () -> new AtomicLong(7));
        all.put("atomic:int", () -> new AtomicInteger(7));
    }

    private static void library(Map<String, Supplier<Object>> all) {
        all.put("uuid", () -> UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
        all.put("uuid:high", () -> UUID.fromString("ffffffff-ffff-ffff-8000-000000000001"));
        all.put("locale:us", () -> Locale.US);
        all.put("locale:en", () -> Locale.ENGLISH);
        all.put("class:string", () -> String.class);
        all.put("class:car", () -> Car.class);
        all.put("class:int", () -> int.class);
        all.put("calendar", () -> {
            Calendar c = new GregorianCalendar(TimeZone.getTimeZone("UTC"));
            c.setTimeInMillis(INSTANT);
            return c;
        });
        all.put("sql:timestamp", () -> new java.sql.Timestamp(INSTANT));
        all.put("sql:date", () -> new java.sql.Date(INSTANT));
        all.put("sql:time", () -> new java.sql.Time(INSTANT));
    }

    private static void times(Map<String, Supplier<Object>> all) {
        all.put("time:local-date", () -> LocalDate.of(2023, 11, 14));
        all.put("time:local-time", () -> LocalTime.of(22, 13, 20, 123_456_789));
        all.put("time:local-date-time", () -> LocalDateTime.of(2023, 11, 14, 22, 13, 20, 123_456_789));
        all.put("time:instant", () -> Instant.ofEpochSecond(1_700_000_000L, 123_456_789));
        all.put("time:duration", () -> Duration.ofSeconds(90, 5));
        all.put("time:period", () -> Period.of(1, 2, 3));
        all.put("time:year", () -> Year.of(2023));
        all.put("time:year-month", () -> YearMonth.of(2023, 11));
        all.put("time:month-day", () -> MonthDay.of(11, 14));
        all.put("time:zone-offset", () -> ZoneOffset.ofHoursMinutes(5, 30));
        all.put("time:offset-time", () -> OffsetTime.of(22, 13, 20, 123_456_789, ZoneOffset.ofHours(8)));
        all.put("time:offset-date-time", () -> OffsetDateTime.of(2023, 11, 14, 22, 13, 20, 123_456_789, ZoneOffset.ofHours(8)));
        all.put("time:zoned-date-time", () -> ZonedDateTime.of(2023, 11, 14, 22, 13, 20, 123_456_789, ZoneId.of("Asia/Shanghai")));
    }

    private static void errors(Map<String, Supplier<Object>> all) {
        all.put("error", MoreSamples::soldOut);
        all.put("error:plain", () -> traced(new IllegalStateException("broken")));
        all.put("error:null", () -> traced(new IllegalStateException()));
        all.put("error:twice", () -> {
            Throwable t = traced(new IllegalStateException("broken"));
            return list(t, t);
        });
        all.put("error:suppressed", () -> {
            Throwable t = traced(new IllegalStateException("broken"));
            t.addSuppressed(traced(new IllegalArgumentException("while closing")));
            return t;
        });
    }

    /** traced replaces the stack, which would be another one on each machine. */
    private static <T extends Throwable> T traced(T t) {
        t.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("onramp.interop.Shop", "sell", "Shop.java", 42),
            new StackTraceElement("onramp.interop.Shop", "main", "Shop.java", 7),
        });
        return t;
    }

    private static SoldOut soldOut() {
        return traced(new SoldOut("sold out: ausverkauft, \u7f3a\u8d27", "car", 7, traced(new IllegalArgumentException("no stock"))));
    }

    private static void references(Map<String, Supplier<Object>> all) {
        all.put("refs:shared", () -> {
            List<Object> l = list(1);
            Map<Object, Object> m = map("a", 1);
            Car c = car("red", 1);
            int[] a = {1, 2};
            Object[] o = {"x"};
            return list(l, m, c, a, o, l, m, c, a, o);
        });
        all.put("refs:values", () -> { // a Date, a String and byte[] take no number, even twice
            Date d = new Date(INSTANT);
            byte[] b = fill(3);
            Car c = car("red", 1);
            return list(d, d, b, b, "s", "s", c, c);
        });
        all.put("refs:empty", () -> { // what is empty takes a number too
            Car c = car("red", 1);
            return list(list(), map(), new int[0], new Nothing(), c, c);
        });
        all.put("refs:enum", () -> numbered(Color.RED, Color.RED));
        all.put("refs:decimal", () -> numbered(new BigDecimal("1.5")));
        all.put("refs:bigint", () -> numbered(new BigInteger("123456789012345678901234567890")));
        all.put("refs:class", () -> numbered(String.class));
        all.put("refs:uuid", () -> numbered(UUID.fromString("123e4567-e89b-12d3-a456-426614174000")));
        all.put("refs:locale", () -> numbered(Locale.US));
        all.put("refs:local-date", () -> numbered(LocalDate.of(2023, 11, 14)));
        all.put("refs:atomic", () -> numbered(new AtomicLong(7)));
        all.put("refs:timestamp", () -> numbered(new java.sql.Timestamp(INSTANT)));
        all.put("refs:error", () -> numbered(soldOut()));
        all.put("refs:arrays", () -> numbered(new int[] {1}, new String[] {"a"}, new Object[] {1}, new int[][] {{1}}));
        all.put("refs:300", () -> {
            List<Object> l = list();
            for (int i = 0; i < 300; i++) {
                l.add(car("car " + i, i));
            }
            List<Object> twice = new ArrayList<>(l);
            twice.addAll(l);
            return twice;
        });
        cycles(all);
    }

    /** numbered ends with one object twice: a peer that counts the others wrongly names another one. */
    private static Object numbered(Object... others) {
        List<Object> l = list(others);
        Car c = car("red", 1);
        l.add(c);
        l.add(car("blue", 2));
        l.add(c);
        return l;
    }

    private static void cycles(Map<String, Supplier<Object>> all) {
        all.put("cycle:car", () -> {
            Car c = car("red", 1);
            c.next = c;
            return c;
        });
        all.put("cycle:ring", () -> {
            Car a = car("a", 1);
            a.next = car("b", 2);
            a.next.next = car("c", 3);
            a.next.next.next = a;
            return a;
        });
        all.put("cycle:tree", () -> {
            Node root = new Node();
            root.name = "root";
            for (String name : new String[] {"left", "right"}) {
                Node n = new Node();
                n.name = name;
                n.parent = root;
                root.children.add(n);
            }
            return root;
        });
        all.put("cycle:list", () -> {
            List<Object> l = list(1);
            l.add(l);
            return l;
        });
        all.put("cycle:map", () -> {
            Map<Object, Object> m = map("a", 1);
            m.put("me", m);
            return m;
        });
        all.put("cycle:array", () -> {
            Object[] a = {1, null};
            a[1] = a;
            return a;
        });
    }
}
