package io.k8j.server.join;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.client.https.HttpsTransport;
import io.k8j.client.https.ServerAccess;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.json.JsonException;
import io.k8j.model.json.Trees;
import io.k8j.model.time.Time;
import io.k8j.model.yaml.Yaml;
import io.k8j.server.UserException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Finds out whose certificates to trust: the cluster shows its authority to everybody in the ConfigMap cluster-info, and
 * only who knows the token can have signed it.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/">Bootstrap tokens</a>
 */
final class Discovery {
    private static final ObjectKey KEY = new ObjectKey("kube-public", "cluster-info");
    private static final String CONFIG = "kubeconfig";
    private static final byte[] NONE = {};

    /** A server that has just begun, or has much to do, may drop a connection. */
    private static final int ATTEMPTS = 5;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private Discovery() {}

    /**
     * The PEM certificates of the cluster's authority.
     *
     * @throws UserException if the cluster cannot be asked, even after a few seconds, or what it shows was not signed with
     *     the token
     */
    static byte[] authority(URI server, JoinToken token, Time time) throws InterruptedException {
        ServerAccess anybody = new ServerAccess(server, NONE, "", true, NONE, NONE, Optional::empty);
        try (Client client = new Client(new HttpsTransport(anybody, "k8j"), time, "k8j")) {
            return verified(shown(client, server, time), token);
        } catch (ApiException e) {
            throw new UserException(
                    "the cluster at %s does not show how to join it (%s): make a token there with 'k8j token create'"
                            .formatted(server, e.getMessage()),
                    e);
        }
    }

    private static ConfigMap shown(Client client, URI server, Time time) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return client.resources(ConfigMap.class).get(KEY);
            } catch (TransportException e) {
                if (attempt == ATTEMPTS) {
                    throw new UserException("cannot reach the cluster at %s: %s".formatted(server, e.getMessage()), e);
                }
                time.sleep(PAUSE);
            }
        }
    }

    /** What the map says of the authority, if the token has signed it. */
    static byte[] verified(ConfigMap map, JoinToken token) {
        Map<String, String> data = map.getData() == null ? Map.of() : map.getData();
        String config = data.getOrDefault(CONFIG, "");
        String signature = data.get("jws-kubeconfig-" + token.id());
        if (signature == null) {
            throw new UserException("the cluster does not know the token %s, or it has expired".formatted(token));
        }
        if (!isSigned(config, signature, token)) {
            throw new UserException(
                    "what the cluster shows was not signed with the token %s: this is another cluster, or the token is wrong"
                            .formatted(token));
        }
        return authority(config);
    }

    /** The signature is a JSON web signature without its content (RFC 7515, appendix F). */
    private static boolean isSigned(String content, String signature, JoinToken token) {
        String[] parts = signature.split("\\.", -1);
        if (parts.length != 3 || !parts[1].isEmpty()) {
            return false;
        }
        try {
            if (!Trees.map(Yaml.parse(Base64.getUrlDecoder().decode(parts[0]))).equals(header(token))) {
                return false;
            }
            String body =
                    Base64.getUrlEncoder().withoutPadding().encodeToString(content.getBytes(StandardCharsets.UTF_8));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(token.secret().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            byte[] wanted = mac.doFinal((parts[0] + "." + body).getBytes(StandardCharsets.US_ASCII));
            return MessageDigest.isEqual(wanted, Base64.getUrlDecoder().decode(parts[2]));
        } catch (IllegalArgumentException | JsonException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is missing", e);
        }
    }

    private static Map<String, Object> header(JoinToken token) {
        return Map.of("alg", "HS256", "kid", token.id());
    }

    private static byte[] authority(String config) {
        Object tree = Yaml.parse(config.getBytes(StandardCharsets.UTF_8));
        if (tree instanceof Map<?, ?> root
                && root.get("clusters") instanceof List<?> clusters
                && !clusters.isEmpty()
                && clusters.getFirst() instanceof Map<?, ?> named
                && named.get("cluster") instanceof Map<?, ?> cluster
                && cluster.get("certificate-authority-data") instanceof String data) {
            return Base64.getMimeDecoder().decode(data);
        }
        throw new UserException("the cluster does not show its authority: make a token with 'k8j token create'");
    }
}
