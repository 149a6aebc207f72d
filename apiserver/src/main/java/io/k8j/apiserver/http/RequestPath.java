package io.k8j.apiserver.http;

import io.k8j.model.resource.GroupVersionResource;
import java.util.Arrays;
import java.util.List;

/**
 * What a URL path asks for.
 *
 * @param resource the resource; null if the path is not about one ({@code /version}, {@code /apis/apps/v1}, …)
 * @param namespace empty for cluster resources and all namespaces
 * @param name empty for collections
 * @param subresource first segment behind the name; empty if none
 * @param rest what stands behind the subresource without the leading slash, for proxies; empty if none
 * @param watch whether the path has the old {@code /watch/} prefix
 */
record RequestPath(
        GroupVersionResource resource, String namespace, String name, String subresource, String rest, boolean watch) {
    private static final RequestPath NO_RESOURCE = new RequestPath(null, "", "", "", "", false);
    private static final List<String> NAMESPACE_SUBRESOURCES = List.of("status", "finalize");

    static RequestPath parse(String path) {
        String[] parts = segments(path); // begins with an empty part
        int at;
        String group;
        String version;
        if (parts.length > 3 && parts[1].equals("api")) {
            group = "";
            version = parts[2];
            at = 3;
        } else if (parts.length > 4 && parts[1].equals("apis")) {
            group = parts[2];
            version = parts[3];
            at = 4;
        } else {
            return NO_RESOURCE;
        }
        boolean watch = parts[at].equals("watch") && parts.length > at + 1;
        if (watch) {
            at++;
        }
        if (parts[at].isEmpty()) {
            return NO_RESOURCE;
        }
        return resource(Arrays.copyOfRange(parts, at, parts.length), group, version, watch);
    }

    /** What stands between the slashes. */
    private static String[] segments(String path) {
        int slashes = 0;
        for (int i = 0; i < path.length(); i++) if (path.charAt(i) == '/') slashes++;
        String[] segments = new String[slashes + 1];
        int begin = 0;
        for (int i = 0; i < slashes; i++) {
            int end = path.indexOf('/', begin);
            segments[i] = path.substring(begin, end);
            begin = end + 1;
        }
        segments[slashes] = path.substring(begin);
        return segments;
    }

    private static RequestPath resource(String[] parts, String group, String version, boolean watch) {
        String namespace = "";
        int at = 0;
        boolean insideNamespace = parts[0].equals("namespaces")
                && parts.length > 2
                && !parts[2].isEmpty()
                && !(parts.length == 3 && NAMESPACE_SUBRESOURCES.contains(parts[2]));
        if (insideNamespace) {
            namespace = parts[1];
            at = 2;
        }
        String plural = parts[at];
        String name = parts.length > at + 1 ? parts[at + 1] : "";
        String subresource = parts.length > at + 2 ? parts[at + 2] : "";
        String rest =
                parts.length > at + 3 ? String.join("/", Arrays.asList(parts).subList(at + 3, parts.length)) : "";
        return new RequestPath(
                new GroupVersionResource(group, version, plural), namespace, name, subresource, rest, watch);
    }
}
