package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.subresource.Conditions;
import io.k8j.model.json.Trees;
import java.util.Map;

/**
 * A group version that another server serves, as its APIService says.
 *
 * @param service name of the Service behind which the server is
 * @param caBundle authorities of its certificate, PEM in base 64; empty for those of the system
 * @param insecure whether its certificate does not matter
 * @param available whether it was found to answer
 */
record RemoteService(
        String name,
        String group,
        String version,
        String namespace,
        String service,
        int port,
        String caBundle,
        boolean insecure,
        boolean available,
        long groupPriority,
        long versionPriority) {
    private static final long HTTPS = 443;

    /** Reads an APIService; null if it is a local one. */
    static RemoteService of(Map<String, Object> tree) {
        Map<String, Object> spec = Trees.map(tree, "spec");
        Map<String, Object> service = Trees.map(spec, "service");
        if (service.isEmpty()) return null;
        return new RemoteService(
                Trees.string(tree, "metadata", "name"),
                text(spec, "group"),
                text(spec, "version"),
                text(service, "namespace"),
                text(service, "name"),
                (int) number(service, "port", HTTPS),
                text(spec, "caBundle"),
                Trees.isTrue(spec, "insecureSkipTLSVerify"),
                Conditions.is(tree, "Available", "True"),
                number(spec, "groupPriorityMinimum", 0),
                number(spec, "versionPriority", 0));
    }

    private static String text(Map<String, Object> map, String field) {
        return map.get(field) instanceof String s ? s : "";
    }

    private static long number(Map<String, Object> map, String field, long otherwise) {
        Long value = Trees.integer(map, field);
        return value == null ? otherwise : value;
    }

    String groupVersion() {
        return group + "/" + version;
    }

    /** Where the group version lies, on that server as on this one. */
    String path() {
        return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
    }

    /** The name its certificate has to have. */
    String host() {
        return service + "." + namespace + ".svc";
    }
}
