package onramp.interop;

import com.alipay.sofa.rpc.core.request.SofaRequest;
import com.alipay.sofa.rpc.core.response.SofaResponse;
import com.alipay.sofa.rpc.filter.Filter;
import com.alipay.sofa.rpc.filter.FilterInvoker;
import java.util.LinkedHashMap;
import java.util.Map;

/** SeenFilter notes what came with a request. */
final class SeenFilter extends Filter {
    private final Seen seen;

    SeenFilter(Seen seen) {
        this.seen = seen;
    }

    @Override
    public SofaResponse invoke(FilterInvoker next, SofaRequest request) {
        seen.arriving(request.getTimeout() == null ? 0 : request.getTimeout(), texts(request.getRequestProps()));
        return next.invoke(request);
    }

    /** texts leaves out what the tracer keeps in maps. */
    private static Map<String, String> texts(Map<String, Object> props) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (props != null) {
            props.forEach((key, value) -> {
                if (value instanceof String) {
                    texts.put(key, (String) value);
                }
            });
        }
        return texts;
    }
}
