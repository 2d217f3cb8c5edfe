package onramp.interop.dubbo;

import onramp.interop.Caller;
import org.apache.dubbo.common.utils.PojoUtils;
import org.apache.dubbo.rpc.service.GenericService;

/** Generic calls without the interface: objects are maps that name their class. */
final class Generic implements Caller {
    private final GenericService service;

    Generic(GenericService service) {
        this.service = service;
    }

    @Override
    public Object call(String method, Class<?>[] types, Object[] args) {
        return service.$invoke(method, Caller.names(types), args);
    }

    @Override
    public Object convert(Object want) {
        return PojoUtils.generalize(want);
    }
}
