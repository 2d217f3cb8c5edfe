package onramp.interop;

import java.lang.reflect.InvocationTargetException;

/** Caller makes calls of one target. Many threads use it. */
public interface Caller {
    /**
     * call returns the reply, null of a oneway call. It throws what the application gets.
     * types are those that the interface declares.
     */
    Object call(String method, Class<?>[] types, Object[] args) throws Throwable;

    /** convert makes of a sample what the call must answer: the same, except for generic callers. */
    default Object convert(Object want) {
        return want;
    }

    /** of calls the methods of a proxy of an interface. */
    static Caller of(Class<?> type, Object proxy) {
        return (method, types, args) -> {
            try {
                return type.getMethod(method, types).invoke(proxy, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
    }

    /** names are those of types as generic calls want them. */
    static String[] names(Class<?>[] types) {
        String[] names = new String[types.length];
        for (int i = 0; i < types.length; i++) {
            names[i] = types[i].getCanonicalName();
        }
        return names;
    }
}
