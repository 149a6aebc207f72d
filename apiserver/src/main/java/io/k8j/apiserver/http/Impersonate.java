package io.k8j.apiserver.http;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import io.k8j.model.resource.GroupVersionResource;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lets a user act as another one, if the real user may.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/">User impersonation</a>
 */
record Impersonate(Authorizer authorizer) implements RequestFilter {
    private static final String USER = "Impersonate-User";
    private static final String UID = "Impersonate-Uid";
    private static final String GROUP = "Impersonate-Group";
    private static final String EXTRA = "impersonate-extra-";
    private static final String ACCOUNT = "system:serviceaccount:";

    @Override
    public void handle(Exchange exchange, Next next) throws InterruptedException {
        String name = exchange.header(USER);
        List<String> groups = exchange.headers(GROUP);
        String uid = exchange.header(UID);
        Map<String, List<String>> extra = extra(exchange);
        if (name == null) {
            if (!groups.isEmpty() || uid != null || !extra.isEmpty()) {
                throw ApiException.badRequest(
                        "requested impersonation of groups, uid or extra without impersonating a user");
            }
            next.proceed(exchange);
            return;
        }
        UserInfo real = exchange.user();
        checkUser(real, name);
        groups.forEach(group -> check(real, "", "groups", "", "", group));
        if (uid != null) {
            check(real, "authentication.k8s.io", "uids", "", "", uid);
        }
        extra.forEach((key, values) ->
                values.forEach(value -> check(real, "authentication.k8s.io", "userextras", key, "", value)));
        exchange.user(new UserInfo(name, uid == null ? "" : uid, groupsOf(name, groups), extra));
        AuditEvent recorded = AuditEvent.current();
        if (recorded != null) recorded.impersonating(exchange.user());
        next.proceed(exchange);
    }

    private void checkUser(UserInfo real, String name) {
        if (name.startsWith(ACCOUNT)) {
            String[] parts = name.substring(ACCOUNT.length()).split(":", 2);
            if (parts.length == 2) {
                check(real, "", "serviceaccounts", "", parts[0], parts[1]);
                return;
            }
        }
        check(real, "", "users", "", "", name);
    }

    private static List<String> groupsOf(String name, List<String> asked) {
        List<String> groups = new ArrayList<>(asked);
        if (asked.isEmpty() && name.startsWith(ACCOUNT)) {
            groups.add("system:serviceaccounts");
            groups.add(
                    "system:serviceaccounts:" + name.substring(ACCOUNT.length()).split(":", 2)[0]);
        }
        String last = name.equals("system:anonymous") ? "system:unauthenticated" : "system:authenticated";
        if (!groups.contains(last)) {
            groups.add(last);
        }
        return groups;
    }

    private void check(
            UserInfo real, String group, String resource, String subresource, String namespace, String name) {
        Decision decision = authorizer.authorize(
                new Attributes(real, "impersonate", group, "v1", resource, subresource, namespace, name, null));
        if (!(decision instanceof Decision.Allow)) {
            String scope =
                    namespace.isEmpty() ? "at the cluster scope" : "in the namespace " + GoQuote.quote(namespace);
            throw ApiException.forbidden(
                    new GroupVersionResource(group, "v1", resource),
                    name,
                    "User %s cannot impersonate resource %s in API group %s %s"
                            .formatted(
                                    GoQuote.quote(real.name()), GoQuote.quote(resource), GoQuote.quote(group), scope));
        }
    }

    private static Map<String, List<String>> extra(Exchange exchange) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        for (Map.Entry<String, String> header : exchange.requestHeaders()) {
            String key = header.getKey().toLowerCase(Locale.ROOT);
            if (key.startsWith(EXTRA)) {
                String decoded;
                try {
                    decoded = URLDecoder.decode(key.substring(EXTRA.length()), StandardCharsets.UTF_8);
                } catch (IllegalArgumentException e) {
                    throw ApiException.badRequest("malformed header " + header.getKey());
                }
                extra.computeIfAbsent(decoded, k -> new ArrayList<>()).add(header.getValue());
            }
        }
        return extra;
    }
}
