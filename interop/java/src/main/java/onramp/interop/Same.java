package onramp.interop;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

/** Same compares a value that arrived with a sample, sharing and cycles included. */
public final class Same {
    /** The partner of each container that was met, both ways: what is shared there must be shared here. */
    private final Map<Object, Object> partner = new IdentityHashMap<>();
    private final Map<Object, Object> back = new IdentityHashMap<>();

    private Same() {
    }

    /** as says where got differs from want, or returns null when it does not. */
    public static String as(Object got, Object want) {
        return new Same().differ("value", got, want);
    }

    private String differ(String at, Object got, Object want) {
        if (got == null || want == null) {
            return got == want ? null : wrong(at, got, want);
        }
        if (!sameClass(got, want)) {
            return at + " is a " + got.getClass().getName() + ", want a " + want.getClass().getName();
        }
        if (want instanceof Calendar) {
            return value(at, ((Calendar) got).getTimeInMillis(), ((Calendar) want).getTimeInMillis());
        }
        if (want instanceof java.util.concurrent.atomic.AtomicLong || want instanceof java.util.concurrent.atomic.AtomicInteger) {
            return value(at, got.toString(), want.toString());
        }
        if (want instanceof byte[]) {
            return Arrays.equals((byte[]) got, (byte[]) want) ? null : wrong(at, got, want);
        }
        if (simple(want)) {
            return value(at, got, want);
        }
        if (partner.containsKey(want) || back.containsKey(got)) {
            return partner.get(want) == got && back.get(got) == want ? null : at + " is not the object that it was, or is one that it was not";
        }
        partner.put(want, got);
        back.put(got, want);
        return inside(at, got, want);
    }

    private String inside(String at, Object got, Object want) {
        if (want.getClass().isArray()) {
            return items(at, asList(got), asList(want));
        }
        if (want instanceof Map) {
            return entries(at, (Map<?, ?>) got, (Map<?, ?>) want);
        }
        if (want instanceof Set && !(want instanceof SortedSet)) {
            return value(at, got, want); // of simple values
        }
        if (want instanceof Collection) {
            return items(at, Arrays.asList(((Collection<?>) got).toArray()), Arrays.asList(((Collection<?>) want).toArray()));
        }
        if (want instanceof Throwable) {
            return thrown(at, (Throwable) got, (Throwable) want);
        }
        return fields(at, got, want, want.getClass(), Object.class);
    }

    /** sameClass is lenient where Hessian keeps no class: a private list or map of the JDK. */
    private static boolean sameClass(Object got, Object want) {
        String name = want.getClass().getName();
        if (name.startsWith("java.util.Arrays$") || name.startsWith("java.util.Collections$") || name.startsWith("java.util.Immutable")) {
            return got instanceof List && want instanceof List || got instanceof Map && want instanceof Map || got instanceof Set && want instanceof Set;
        }
        if (want instanceof Calendar) {
            return got instanceof Calendar;
        }
        return got.getClass() == want.getClass();
    }

    private static boolean simple(Object want) {
        String name = want.getClass().getName();
        return !(want instanceof Throwable || want instanceof Collection || want instanceof Map || want.getClass().isArray())
            && (want instanceof Enum || name.startsWith("java."));
    }

    private static String value(String at, Object got, Object want) {
        return Objects.equals(got, want) ? null : wrong(at, got, want);
    }

    private String items(String at, List<?> got, List<?> want) {
        if (got.size() != want.size()) {
            return at + " has " + got.size() + " items, want " + want.size();
        }
        for (int i = 0; i < want.size(); i++) {
            String d = differ(at + "[" + i + "]", got.get(i), want.get(i));
            if (d != null) {
                return d;
            }
        }
        return null;
    }

    private String entries(String at, Map<?, ?> got, Map<?, ?> want) {
        if (got.size() != want.size()) {
            return at + " has " + got.size() + " entries, want " + want.size();
        }
        Iterator<?> keys = got.keySet().iterator();
        for (Object key : want.keySet()) {
            if (!got.containsKey(key)) {
                return at + " has no key " + text(key);
            }
            if ((want instanceof LinkedHashMap || want instanceof SortedMap) && !Objects.equals(keys.next(), key)) {
                return at + " has its keys in another order";
            }
            String d = differ(at + "{" + text(key) + "}", got.get(key), want.get(key));
            if (d != null) {
                return d;
            }
        }
        return null;
    }

    private String thrown(String at, Throwable got, Throwable want) {
        String d = value(at + ".message", got.getMessage(), want.getMessage());
        d = d != null ? d : differ(at + ".cause", got.getCause(), want.getCause());
        d = d != null ? d : items(at + ".stackTrace", Arrays.asList(got.getStackTrace()), Arrays.asList(want.getStackTrace()));
        d = d != null ? d : items(at + ".suppressed", Arrays.asList(got.getSuppressed()), Arrays.asList(want.getSuppressed()));
        return d != null ? d : fields(at, got, want, want.getClass(), Throwable.class);
    }

    private String fields(String at, Object got, Object want, Class<?> type, Class<?> top) {
        for (; type != top && !type.getName().startsWith("java."); type = type.getSuperclass()) {
            for (Field f : type.getDeclaredFields()) {
                if (Modifier.isStatic(f.getModifiers()) || f.isSynthetic()) {
                    continue;
                }
                f.setAccessible(true);
                try {
                    String d = differ(at + "." + f.getName(), f.get(got), f.get(want));
                    if (d != null) {
                        return d;
                    }
                } catch (IllegalAccessException e) {
                    return at + "." + f.getName() + ": " + e;
                }
            }
        }
        return null;
    }

    private static List<Object> asList(Object array) {
        Object[] items = new Object[Array.getLength(array)];
        for (int i = 0; i < items.length; i++) {
            items[i] = Array.get(array, i);
        }
        return Arrays.asList(items);
    }

    private static String wrong(String at, Object got, Object want) {
        return at + " is " + text(got) + ", want " + text(want);
    }

    /** text describes a value in at most 200 characters. */
    public static String text(Object v) {
        String s;
        try {
            s = v == null ? "null" : v instanceof byte[] ? ((byte[]) v).length + " bytes" : v.getClass().getSimpleName() + " " + v;
        } catch (StackOverflowError | RuntimeException e) {
            s = v.getClass().getName();
        }
        return s.length() > 200 ? s.substring(0, 200) + "..." : s;
    }
}
