package onramp.interop;

import com.alipay.sofa.rpc.core.request.SofaRequest;
import com.alipay.sofa.rpc.core.response.SofaResponse;
import com.alipay.sofa.rpc.filter.Filter;
import com.alipay.sofa.rpc.filter.FilterInvoker;
import java.util.Map;

/** HeaderFilter adds properties to each request. */
final class HeaderFilter extends Filter {
    private final Map<String, String> header;

    HeaderFilter(Map<String, String> header) {
        this.header = header;
    }

    @Override
    public SofaResponse invoke(FilterInvoker next, SofaRequest request) {
        header.forEach(request::addRequestProp);
        return next.invoke(request);
    }
}
