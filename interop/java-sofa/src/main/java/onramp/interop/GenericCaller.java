package onramp.interop;

import com.alipay.hessian.generic.util.GenericUtils;
import com.alipay.sofa.rpc.api.GenericService;

/** GenericCaller calls without the interface. */
final class GenericCaller implements Caller {
    private final GenericService service;
    /** classless says that objects travel as GenericObject, without their classes; else they keep them. */
    private final boolean classless;

    GenericCaller(GenericService service, boolean classless) {
        this.service = service;
        this.classless = classless;
    }

    @Override
    public Object call(String method, Class<?>[] types, Object[] args) {
        String[] names = new String[types.length];
        for (int i = 0; i < types.length; i++) {
            names[i] = types[i].getName(); // as the library's proxies say it: "[B"
        }
        return classless ? service.$genericInvoke(method, names, args) : service.$invoke(method, names, args);
    }

    @Override
    public Object convert(Object want) {
        return classless ? GenericUtils.convertToGenericObject(want) : want;
    }
}
