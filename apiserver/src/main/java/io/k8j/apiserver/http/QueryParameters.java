package io.k8j.apiserver.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the query of a request as Go's servers do: a pair that is malformed is passed over, the others count. */
final class QueryParameters {
    private static final int MOST = 1024;

    private QueryParameters() {}

    /** The values of each parameter in their order; what stands behind the 1,024th pair is left out. */
    static Map<String, List<String>> of(String uri) {
        int mark = uri.indexOf('?');
        if (mark < 0 || mark == uri.length() - 1) return Map.of();
        int fragment = uri.indexOf('#', mark);
        String query = uri.substring(mark + 1, fragment < 0 ? uri.length() : fragment);
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        int begin = 0;
        for (int read = 0; begin <= query.length() && read < MOST; read++) {
            int end = query.indexOf('&', begin);
            if (end < 0) end = query.length();
            add(parameters, query.substring(begin, end));
            begin = end + 1;
        }
        return parameters;
    }

    private static void add(Map<String, List<String>> parameters, String pair) {
        if (pair.isEmpty() || pair.indexOf(';') >= 0) return; // semicolons once separated pairs, so Go refuses them
        int equals = pair.indexOf('=');
        try {
            String name = QueryStringDecoder.decodeComponent(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : QueryStringDecoder.decodeComponent(pair.substring(equals + 1));
            parameters.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
        } catch (IllegalArgumentException e) {
            // passed over, see above
        }
    }
}
