package onramp.interop;

import com.alipay.hessian.generic.model.GenericObject;
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
    public Object call(String method, Class<?>[] types, Object[] args) throws Throwable {
        String[] names = new String[types.length];
        for (int i = 0; i < types.length; i++) {
            names[i] = types[i].getName(); // as the library's proxies say it: "[B"
        }
        if (!classless) {
            return service.$invoke(method, names, args);
        }
        Object reply = service.$genericInvoke(method, names, args);
        // The library throws what is a Throwable: an exception without its class is a reply.
        if (reply instanceof GenericObject && Throwable.class.isAssignableFrom(Class.forName(((GenericObject) reply).getType()))) {
            throw (Throwable) GenericUtils.convertToObject(reply);
        }
        return reply;
    }

    @Override
    public Object convert(Object want) {
        return classless ? GenericUtils.convertToGenericObject(want) : want;
    }
}
