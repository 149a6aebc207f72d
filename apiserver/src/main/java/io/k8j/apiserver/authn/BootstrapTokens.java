package io.k8j.apiserver.authn;

import io.k8j.apiserver.spi.ObjectReader;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiObject;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens with which new nodes join: Secrets of type {@code bootstrap.kubernetes.io/token} in kube-system.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/">Bootstrap tokens</a>
 */
final class BootstrapTokens implements TokenAuthenticator {
    private static final GroupVersionResource SECRETS = new GroupVersionResource("", "v1", "secrets");
    private static final Pattern TOKEN = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
    private static final Pattern GROUP = Pattern.compile("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]");
    private static final String DEFAULT_GROUP = "system:bootstrappers";

    private final ObjectReader objects;
    private final InstantSource clock;

    BootstrapTokens(ObjectReader objects, InstantSource clock) {
        this.objects = objects;
        this.clock = clock;
    }

    @Override
    public Recognition authenticate(String token, List<String> audiences, Consumer<String> warn) {
        Matcher parts = TOKEN.matcher(token);
        if (!parts.matches()) {
            return Recognition.NONE;
        }
        String id = parts.group(1);
        ApiObject secret =
                objects.get(SECRETS, "kube-system", "bootstrap-token-" + id).orElse(null);
        if (secret == null || secret.deletionTimestamp() != null) {
            return Recognition.NONE;
        }
        Map<String, Object> tree = secret.tree();
        Map<String, Object> data = Trees.map(tree, "data");
        boolean good = "bootstrap.kubernetes.io/token".equals(tree.get("type"))
                && same(parts.group(2), value(data, "token-secret"))
                && id.equals(value(data, "token-id"))
                && !hasEnded(value(data, "expiration"))
                && value(data, "usage-bootstrap-authentication").equals("true");
        List<String> groups = good ? groups(value(data, "auth-extra-groups")) : null;
        return groups == null
                ? Recognition.NONE
                : new Recognition.Known(new UserInfo("system:bootstrap:" + id, "", groups, Map.of()), audiences);
    }

    private static boolean same(String presented, String kept) {
        return MessageDigest.isEqual(presented.getBytes(StandardCharsets.UTF_8), kept.getBytes(StandardCharsets.UTF_8));
    }

    private static String value(Map<String, Object> data, String key) {
        try {
            return data.get(key) instanceof String text
                    ? new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8)
                    : "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** An end that cannot be read has passed. */
    private boolean hasEnded(String expiration) {
        if (expiration.isEmpty()) {
            return false;
        }
        try {
            Instant end = OffsetDateTime.parse(expiration).toInstant();
            return !end.isAfter(clock.instant());
        } catch (DateTimeException e) {
            return true;
        }
    }

    /** The groups of a token; null if one of them is none that a token may give. */
    private static List<String> groups(String extra) {
        TreeSet<String> groups = new TreeSet<>(List.of(DEFAULT_GROUP));
        if (!extra.isEmpty()) {
            for (String group : extra.split(",", -1)) {
                if (!GROUP.matcher(group).matches()) {
                    return null;
                }
                groups.add(group);
            }
        }
        return new ArrayList<>(groups);
    }
}
