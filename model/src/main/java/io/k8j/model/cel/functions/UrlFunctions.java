package io.k8j.model.cel.functions;

import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import io.k8j.model.cel.FunctionLibrary;
import io.k8j.model.cel.Values;
import java.util.function.Function;

/** Upstream's {@code kubernetes.urls}. */
public final class UrlFunctions extends FunctionLibrary {
    private static final Arg URL = new Arg(Values.URL, GoUrl.class);

    public UrlFunctions() {
        function("url", "string_to_url", Values.URL, args -> url((String) args[0]), Values.TEXT);
        function("isURL", "is_url_string", SimpleType.BOOL, args -> isUrl((String) args[0]), Values.TEXT);
        part("getScheme", "url_get_scheme", GoUrl::scheme);
        part("getHost", "url_get_host", GoUrl::host);
        part("getHostname", "url_get_hostname", GoUrl::hostname);
        part("getPort", "url_get_port", GoUrl::port);
        part("getEscapedPath", "url_get_escaped_path", GoUrl::path);
        method(
                "getQuery",
                "url_get_query",
                MapType.create(SimpleType.STRING, ListType.create(SimpleType.STRING)),
                args -> ((GoUrl) args[0]).parameters(),
                URL);
    }

    @SuppressWarnings("Immutable") // parts are method references
    private void part(String name, String overload, Function<GoUrl, String> part) {
        method(name, overload, SimpleType.STRING, args -> part.apply((GoUrl) args[0]), URL);
    }

    private static GoUrl url(String text) {
        try {
            return GoUrl.parse(text);
        } catch (GoUrl.MalformedException e) {
            throw Values.error("URL parse error during conversion from string: " + e.getMessage());
        }
    }

    private static boolean isUrl(String text) {
        try {
            GoUrl.parse(text);
            return true;
        } catch (GoUrl.MalformedException e) {
            return false;
        }
    }
}
