package io.k8j.apiserver.discovery;

import java.util.List;
import java.util.Map;

/** What servers behind this one contribute to its documents. Safe for all threads. */
public interface ForeignApis {
    /** There are none. */
    ForeignApis NONE = new ForeignApis() {
        @Override
        public List<Foreign> groupVersions() {
            return List.of();
        }

        @Override
        public Map<String, String> thirdOpenApi() {
            return Map.of();
        }

        @Override
        public List<Map<String, Object>> secondOpenApi() {
            return List.of();
        }
    };

    /** All group versions; the same instances as long as nothing has changed. */
    List<Foreign> groupVersions();

    /** Addresses of OpenAPI v3 documents by path, such as {@code apis/example.com/v1}; they are passed on when asked. */
    Map<String, String> thirdOpenApi();

    /** OpenAPI v2 documents, reduced to what the servers stand for; the same instances as long as nothing has changed. */
    List<Map<String, Object>> secondOpenApi();
}
