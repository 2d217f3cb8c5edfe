package onramp.interop;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Samples are the values that travel, by name. They are the definition: samples in other
 * languages are written after this file. Each call makes new objects.
 */
public final class Samples {
    /** Dates are multiples of milliseconds; MINUTES is one of whole minutes too. */
    static final long INSTANT = 1_700_000_000_123L;
    static final long MINUTES = 1_700_000_040_000L;

    private static final Map<String, Supplier<Object>> ALL = new LinkedHashMap<>();

    static {
        scalars();
        strings();
        binaries();
        lists();
        maps();
        arrays();
        objects();
        MoreSamples.addTo(ALL);
    }

    private Samples() {
    }

    /** get makes the sample of a name. */
    public static Object get(String name) {
        Supplier<Object> s = ALL.get(name);
        if (s == null) {
            throw new IllegalArgumentException("no sample is called " + name);
        }
        return s.get();
    }

    /** has reports whether there is a sample of a name. */
    public static boolean has(String name) {
        return ALL.containsKey(name);
    }

    /** names are those of all samples. */
    public static Collection<String> names() {
        return Collections.unmodifiableCollection(ALL.keySet());
    }

    private static void add(String name, Supplier<Object> make) {
        if (ALL.put(name, make) != null) {
            throw new IllegalStateException("two samples are called " + name);
        }
    }

    private static void scalars() {
        add("null", () -> null);
        add("true", () -> true);
        add("false", () -> false);
        for (int v : new int[] {0, -16, -17, 47, 48, -2048, -2049, 2047, 2048, -262144, -262145, 262143, 262144, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            add("int:" + v, () -> v);
        }
        for (long v : new long[] {0, -8, -9, 15, 16, -2048, -2049, 2047, 2048, -262144, -262145, 262143, 262144,
            Integer.MIN_VALUE, Integer.MIN_VALUE - 1L, Integer.MAX_VALUE, Integer.MAX_VALUE + 1L, Long.MIN_VALUE, Long.MAX_VALUE}) {
            add("long:" + v, () -> v);
        }
        doubles();
        add("byte:-128", () -> (byte) -128);
        add("short:-32768", () -> (short) -32768);
        add("char:e", () -> '\u00e9');
        add("float:0.1", () -> 0.1f);
        add("date:0", () -> new Date(0));
        add("date:ms", () -> new Date(INSTANT));
        add("date:minutes", () -> new Date(MINUTES));
        add("date:before", () -> new Date(-1));
        add("date:old", () -> new Date(-62_135_596_800_000L));
    }

    private static void doubles() {
        add("double:0", () -> 0.0);
        add("double:1", () -> 1.0);
        add("double:-128", () -> -128.0);
        add("double:-129", () -> -129.0);
        add("double:127", () -> 127.0);
        add("double:128", () -> 128.0);
        add("double:-32768", () -> -32768.0);
        add("double:-32769", () -> -32769.0);
        add("double:32767", () -> 32767.0);
        add("double:32768", () -> 32768.0);
        add("double:0.001", () -> 0.001);
        add("double:0.1", () -> 0.1);
        add("double:1.5", () -> 1.5);
        add("double:12.25", () -> 12.25);
        add("double:-0.125", () -> -0.125);
        add("double:2147483.647", () -> 2147483.647);
        add("double:2147483.648", () -> 2147483.648);
        add("double:1e10", () -> 1e10);
        add("double:pi", () -> Math.PI);
        add("double:max", () -> Double.MAX_VALUE);
        add("double:min", () -> Double.MIN_VALUE);
        add("double:inf", () -> Double.POSITIVE_INFINITY);
        add("double:-inf", () -> Double.NEGATIVE_INFINITY);
        add("double:nan", () -> Double.NaN);
    }

    private static void strings() {
        for (int n : new int[] {0, 1, 31, 32, 255, 256, 1023, 1024, 32767, 32768, 32769, 65535, 65536, 70000}) {
            add("string:" + n, () -> ascii(n));
        }
        add("string:latin", () -> "na\u00efve gr\u00fc\u00dfe");
        add("string:bmp", () -> "\u4f60\u597d \u4e16\u754c \uffff");
        add("string:emoji", () -> "\ud83d\ude00 \udbff\udfff \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67");
        add("string:zero", () -> "a\u0000b");
        add("string:wide", () -> repeat("\u4f60", 40000));
        add("string:pairs", () -> repeat("\ud83d\ude00", 20000));
        add("string:split", () -> "x" + repeat("\ud83d\ude00", 20000)); // a pair stands on units 32767 and 32768
    }

    private static void binaries() {
        for (int n : new int[] {0, 1, 15, 16, 255, 256, 1023, 1024, 8189, 8190, 32768, 32769, 70000}) {
            add("bytes:" + n, () -> fill(n));
        }
    }

    private static void lists() {
        add("list:empty", ArrayList::new);
        add("list:3", () -> list(1, "two", 3.5));
        add("list:7", () -> numbers(7));
        add("list:8", () -> numbers(8));
        add("list:300", () -> numbers(300));
        add("list:nulls", () -> list(null, null));
        add("list:nested", () -> list(list(1, list(2, list(3))), list()));
        add("list:mixed", () -> list(null, true, 1, 1L, 1.5, "s", fill(3), new Date(INSTANT)));
        add("list:deep", () -> {
            List<Object> l = list();
            for (int i = 0; i < 49; i++) {
                l = list(l);
            }
            return l;
        });
        add("list:linked", () -> new LinkedList<>(list("a", "b")));
        add("list:linked9", () -> new LinkedList<>(numbers(9)));
        add("list:linked-twice", () -> list(new LinkedList<>(list("a")), new LinkedList<>(list("b"))));
        add("list:as-list", () -> Arrays.asList("a", "b", "c"));
        add("set:hash", () -> new HashSet<>(list("a", "b", "c")));
        add("set:linked", () -> new LinkedHashSet<>(list("z", "a", "m")));
        add("set:tree", () -> new TreeSet<>(list(3, 1, 2)));
    }

    private static void maps() {
        add("map:empty", HashMap::new);
        add("map:strings", () -> map("a", "1", "b", "2"));
        add("map:keys", () -> map(1, "int", 2L, "long", true, "boolean", 1.5, "double", null, "null", new Date(0), "date"));
        add("map:nulls", () -> map("a", null));
        add("map:nested", () -> map("m", map("m", map("x", 1)), "l", list(map())));
        add("map:300", () -> {
            Map<Object, Object> m = new HashMap<>();
            for (int i = 0; i < 300; i++) {
                m.put("k" + i, i);
            }
            return m;
        });
        add("map:linked", () -> new LinkedHashMap<>(map("a", 1)));
        add("map:tree", () -> new TreeMap<>(map("z", 1, "a", 2, "m", 3)));
        add("map:concurrent", () -> new ConcurrentHashMap<>(map("a", 1, "b", 2)));
        add("map:cars", () -> {
            Car c = car("red", 1);
            return map("a", c, "b", c);
        });
        add("map:enum-keys", () -> map(Color.RED, 1, Color.BLUE, 2));
    }

    private static void arrays() {
        add("ints:0", () -> new int[0]);
        add("ints:3", () -> new int[] {1, -1, Integer.MAX_VALUE});
        add("ints:300", () -> {
            int[] a = new int[300];
            for (int i = 0; i < a.length; i++) {
                a[i] = i * 1000;
            }
            return a;
        });
        add("longs", () -> new long[] {1, Long.MIN_VALUE, Long.MAX_VALUE});
        add("doubles", () -> new double[] {0, 1.5, Math.PI});
        add("floats", () -> new float[] {0, 1.5f, 0.1f});
        add("shorts", () -> new short[] {1, -1, Short.MIN_VALUE});
        add("booleans", () -> new boolean[] {true, false, true});
        add("chars", () -> new char[] {'a', '\u00e9', '\u4f60'});
        add("strings", () -> new String[] {"a", null, "c"});
        add("objects", () -> new Object[] {1, "a", null, new Date(INSTANT)});
        add("integers", () -> new Integer[] {1, null, 3});
        add("long-objects", () -> new Long[] {1L, null});
        add("dates", () -> new Date[] {new Date(0), new Date(INSTANT)});
        add("colors", () -> new Color[] {Color.RED, Color.BLUE, Color.RED});
        add("car-array", () -> new Car[] {car("red", 1), null, car("blue", 2)});
        add("ints:nested", () -> new int[][] {{1, 2}, {}, {3}});
        add("strings:nested", () -> new String[][] {{"a"}, {"b", "c"}});
        add("arrays:twice", () -> list(new int[] {1}, new int[] {2}, new String[] {"a"}, new String[] {"b"}));
    }

    private static void objects() {
        add("car:empty", Car::new);
        add("car:full", Samples::fullCar);
        add("car:chain", () -> {
            Car c = car("a", 1);
            c.next = car("b", 2);
            c.next.next = car("c", 3);
            return c;
        });
        add("cars", () -> {
            Car twice = car("red", 1);
            return list(twice, car("blue", 2), twice);
        });
        add("cars:100", () -> {
            List<Object> l = list();
            for (int i = 0; i < 100; i++) {
                l.add(car("car " + i, i));
            }
            return l;
        });
        add("derived", () -> {
            Derived d = new Derived();
            d.id = 1;
            ((Base) d).name = "parent";
            d.name = "child";
            d.more = "more";
            return d;
        });
        add("object:nothing", Nothing::new);
        add("object:unknown", () -> {
            Unknown u = new Unknown();
            u.a = 7;
            u.b = "seven";
            u.c = new Unknown();
            return u;
        });
        add("object:kinds", () -> list(Kinds.all()));
        add("object:kinds-twice", () -> {
            List<Object> l = list(Kinds.all());
            l.addAll(list(Kinds.all()));
            return l;
        });
        add("enum", () -> Color.GREEN);
        add("enum:list", () -> list(Color.RED, Color.GREEN, Color.RED));
    }

    static String ascii(int n) {
        byte[] b = new byte[n];
        for (int i = 0; i < n; i++) {
            b[i] = (byte) ('a' + i % 26);
        }
        return new String(b, StandardCharsets.US_ASCII);
    }

    static String repeat(String s, int n) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < n; i++) {
            b.append(s);
        }
        return b.toString();
    }

    /** fill makes the bytes that a size stands for. */
    public static byte[] fill(int n) {
        byte[] b = new byte[n];
        for (int i = 0; i < n; i++) {
            b[i] = (byte) (31 * i + 7);
        }
        return b;
    }

    static List<Object> list(Object... items) {
        return new ArrayList<>(Arrays.asList(items));
    }

    static List<Object> numbers(int n) {
        List<Object> l = list();
        for (int i = 0; i < n; i++) {
            l.add(i);
        }
        return l;
    }

    static Map<Object, Object> map(Object... pairs) {
        Map<Object, Object> m = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            m.put(pairs[i], pairs[i + 1]);
        }
        return m;
    }

    static Car car(String color, int mileage) {
        Car c = new Car();
        c.color = color;
        c.mileage = mileage;
        return c;
    }

    private static Car fullCar() {
        Car c = car("rot, \u7ea2", 120000);
        c.sold = true;
        c.price = 1234.5;
        c.weight = 1L << 40;
        c.serial = 9007199254740993L;
        c.paint = Color.BLUE;
        c.built = new Date(INSTANT);
        c.photo = fill(300);
        c.gears = new int[] {1, 2, 3, -1};
        c.tags = new ArrayList<>(Arrays.asList("fast", "", "\ud83d\ude97"));
        c.options = new HashMap<>();
        c.options.put("doors", 5);
        c.options.put("seats", 4);
        c.next = car("green", 2);
        c.kids = new ArrayList<>(Arrays.asList(car("toy", 0), null));
        c.extra = list("x", 1L);
        return c;
    }
}
