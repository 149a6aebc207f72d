package io.k8j.apiserver.http;

import io.k8j.apiserver.verb.RequestBody;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionKind;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the body of a request says it is. */
final class KindOfBody {
    private KindOfBody() {}

    /**
     * Of a custom resource nothing is taken for granted: it has to say both.
     *
     * @throws ApiException 400 if it does not
     */
    static void checkCustom(Exchange exchange, Object body, GroupVersionKind wanted) {
        Map<String, Object> object =
                Trees.asMap((Map<?, ?>) RequestBody.of(body).tree());
        String version = text(object, "apiVersion");
        if (text(object, "kind").isEmpty()) {
            String stated = version.isEmpty() ? wanted.version() : version.substring(version.indexOf('/') + 1);
            throw ApiException.badRequest(
                    "%s in version \"%s\" cannot be handled as a %s: Object 'Kind' is missing in '%s'"
                            .formatted(wanted.kind(), stated, wanted.kind(), json(exchange, object)));
        }
        if (version.isEmpty()) {
            throw ApiException.badRequest("the API version in the data () does not match the expected API version (%s)"
                    .formatted(wanted.apiVersion()));
        }
    }

    private static String json(Exchange exchange, Map<String, Object> object) {
        boolean yaml = MediaTypes.YAML.equals(MediaTypes.contentType(exchange.header("Content-Type")));
        return yaml ? Json.writeString(object) : new String(exchange.body(), StandardCharsets.UTF_8).strip();
    }

    private static String text(Map<String, Object> object, String field) {
        return object.get(field) instanceof String s ? s : "";
    }
}
