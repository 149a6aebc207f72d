package io.k8j.kubelet.server;

import io.k8j.client.Client;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Finds out who asks, by client certificate or bearer token, and asks the API server whether they may. Answers are
 * remembered for a short time. Thread-safe.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/">Kubelet authentication</a>
 */
final class Access {
    /** Whether a request may go on: 200, or the status and text to refuse it with. */
    record Verdict(int status, String message) {
        static final Verdict YES = new Verdict(200, "");
    }

    record User(String name, String uid, List<String> groups, Map<String, Object> extra) {}

    private record Known(Object answer, Instant until) {}

    private static final GroupVersionResource TOKEN_REVIEWS =
            new GroupVersionResource("authentication.k8s.io", "v1", "tokenreviews");
    private static final GroupVersionResource ACCESS_REVIEWS =
            new GroupVersionResource("authorization.k8s.io", "v1", "subjectaccessreviews");
    private static final Duration YES_LASTS = Duration.ofMinutes(5);
    private static final Duration NO_LASTS = Duration.ofSeconds(30);
    private static final int MAX_KNOWN = 4096;

    private final Client client;
    private final String nodeName;
    private final Map<Object, Known> known = new ConcurrentHashMap<>();

    Access(Client client, String nodeName) {
        this.client = client;
        this.nodeName = nodeName;
    }

    Verdict check(Exchange exchange, X509Certificate certificate) {
        User user = certificate != null
                ? userOf(certificate)
                : userOfToken(exchange.headers().get("Authorization"));
        if (user == null) return new Verdict(401, "Unauthorized");
        if (user.groups().contains("system:masters")) return Verdict.YES;
        String verb = verb(exchange.method());
        List<String> subresources = subresources(exchange.path());
        if (subresources.stream().anyMatch(subresource -> allowed(user, verb, subresource))) return Verdict.YES;
        return new Verdict(
                403,
                "Forbidden (user=%s, verb=%s, resource=nodes, subresource(s)=[%s])\n"
                        .formatted(user.name(), verb, String.join(" ", subresources)));
    }

    private static String verb(String method) {
        return switch (method) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            default -> "get";
        };
    }

    /** Any of these allows a request: the finer ones first, {@code proxy} for whatever has none of its own. */
    static List<String> subresources(String path) {
        if (isBelow("/stats", path)) return List.of("stats");
        if (isBelow("/metrics", path)) return List.of("metrics");
        if (isBelow("/logs", path)) return List.of("log");
        if (isBelow("/checkpoint", path)) return List.of("checkpoint");
        if (isBelow("/statusz", path)) return List.of("statusz");
        if (isBelow("/flagz", path)) return List.of("configz");
        if (isBelow("/pods", path) || isBelow("/runningpods", path)) return List.of("pods", "proxy");
        if (isBelow("/healthz", path)) return List.of("healthz", "proxy");
        if (isBelow("/configz", path)) return List.of("configz", "proxy");
        return List.of("proxy");
    }

    private static boolean isBelow(String top, String path) {
        return path.startsWith(top) && (path.length() == top.length() || path.charAt(top.length()) == '/');
    }

    static User userOf(X509Certificate certificate) {
        String name = "";
        List<String> groups = new ArrayList<>();
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN"))
                    name = part.getValue().toString();
                if (part.getType().equalsIgnoreCase("O"))
                    groups.add(part.getValue().toString());
            }
        } catch (InvalidNameException e) {
            return null;
        }
        groups.add("system:authenticated");
        return name.isEmpty() ? null : new User(name, "", groups, Map.of());
    }

    private User userOfToken(String header) {
        if (header == null || !header.startsWith("Bearer ")) return null;
        String token = header.substring("Bearer ".length()).strip();
        return (User) remember(List.of("token", token), () -> {
            Map<?, ?> status = review(TOKEN_REVIEWS, "TokenReview", Map.of("token", token));
            if (!Boolean.TRUE.equals(status.get("authenticated"))) return null;
            Map<?, ?> user = (Map<?, ?>) status.get("user");
            List<String> groups = new ArrayList<>();
            if (user.get("groups") instanceof List<?> list) list.forEach(group -> groups.add((String) group));
            Map<String, Object> extra = new LinkedHashMap<>();
            if (user.get("extra") instanceof Map<?, ?> more)
                more.forEach((key, values) -> extra.put((String) key, values));
            return new User(
                    (String) user.get("username"), user.get("uid") instanceof String uid ? uid : "", groups, extra);
        });
    }

    private boolean allowed(User user, String verb, String subresource) {
        return remember(List.of(user, verb, subresource), () -> {
                    Map<String, Object> spec = new LinkedHashMap<>();
                    spec.put("user", user.name());
                    spec.put("groups", user.groups());
                    if (!user.uid().isEmpty()) spec.put("uid", user.uid());
                    if (!user.extra().isEmpty()) spec.put("extra", user.extra());
                    spec.put(
                            "resourceAttributes",
                            Map.of(
                                    "verb", verb,
                                    "version", "v1",
                                    "resource", "nodes",
                                    "subresource", subresource,
                                    "name", nodeName));
                    Map<?, ?> status = review(ACCESS_REVIEWS, "SubjectAccessReview", spec);
                    return Boolean.TRUE.equals(status.get("allowed")) ? Boolean.TRUE : null;
                })
                != null;
    }

    private interface Question {
        Object ask();
    }

    private Object remember(Object key, Question question) {
        Instant now = client.time().instant();
        Known before = known.get(key);
        if (before != null && now.isBefore(before.until())) return before.answer();
        Object answer;
        try {
            answer = question.ask();
        } catch (ApiException | TransportException e) {
            return null; // who cannot be checked is refused, but asked again next time
        }
        if (known.size() > MAX_KNOWN) known.clear();
        known.put(key, new Known(answer, now.plus(answer == null ? NO_LASTS : YES_LASTS)));
        return answer;
    }

    private Map<?, ?> review(GroupVersionResource resource, String kind, Map<String, Object> spec) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("apiVersion", resource.group() + "/" + resource.version());
        body.put("kind", kind);
        body.put("metadata", new LinkedHashMap<>());
        body.put("spec", spec);
        var answer = client.transport().call(new ApiCall(Verb.CREATE, resource, "", "", "", Map.of(), null, body));
        return answer.object().tree().get("status") instanceof Map<?, ?> status ? status : Map.of();
    }
}
