package io.k8j.controllers.bootstrap;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.k8j.client.ControllerLoop;
import io.k8j.client.Handlers;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.Outcome;
import io.k8j.controllers.Controller;
import io.k8j.controllers.ControllerContext;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs the ConfigMap {@code cluster-info} in kube-public with each token that may sign, so that whoever holds a token can
 * tell the true description of the cluster from another.
 */
public final class BootstrapSigner {
    private static final ObjectKey CLUSTER_INFO = new ObjectKey("kube-public", "cluster-info");
    private static final String SIGNATURE = "jws-kubeconfig-";
    private static final String KUBECONFIG = "kubeconfig";

    private BootstrapSigner() {}

    public static Controller create(ControllerContext context) {
        Informer<Secret> tokens = BootstrapToken.informer(context);
        Informer<ConfigMap> maps = context.informer(
                ConfigMap.class,
                ListOptions.inNamespace(CLUSTER_INFO.namespace()).fields("metadata.name=" + CLUSTER_INFO.name()));
        ControllerLoop<ObjectKey> loop = new ControllerLoop<>("bootstrap_signer_queue", context.time(), key -> {
            Optional<ConfigMap> map = maps.get(key);
            if (map.isEmpty()
                    || map.get().getData() == null
                    || map.get().getData().get(KUBECONFIG) == null) {
                return Outcome.DONE;
            }
            Instant now = context.now();
            Map<String, String> wanted = signed(map.get().getData(), tokens, now);
            if (!wanted.equals(map.get().getData())) {
                context.resources(ConfigMap.class)
                        .update(map.get().toBuilder().withData(wanted).build());
            }
            return next(tokens, now)
                    .map(end -> Outcome.again(Duration.between(now, end)))
                    .orElse(Outcome.DONE);
        });
        maps.onChange(Handlers.any(map -> loop.queue().add(CLUSTER_INFO)));
        tokens.onChange(Handlers.any(token -> loop.queue().add(CLUSTER_INFO)));
        return Controller.of(loop, 1);
    }

    /** The data with the signatures of all tokens that may sign now, and no others. */
    private static Map<String, String> signed(Map<String, String> data, Informer<Secret> tokens, Instant now) {
        Map<String, String> wanted = new TreeMap<>(data);
        wanted.keySet().removeIf(key -> key.startsWith(SIGNATURE));
        for (Secret secret : tokens.all()) {
            BootstrapToken.of(secret)
                    .filter(token -> token.signs() && token.isGood(now))
                    .ifPresent(token -> wanted.put(SIGNATURE + token.id(), sign(data.get(KUBECONFIG), token)));
        }
        return wanted;
    }

    private static Optional<Instant> next(Informer<Secret> tokens, Instant now) {
        return tokens.all().stream()
                .map(BootstrapToken::end)
                .filter(Objects::nonNull)
                .filter(end -> end.isAfter(now))
                .min(Comparator.naturalOrder());
    }

    /** A JSON web signature without its content, as RFC 7515 has it in appendix F. */
    static String sign(String content, BootstrapToken token) {
        String header = encoded(
                "{\"alg\":\"HS256\",\"kid\":\"%s\"}".formatted(token.id()).getBytes(StandardCharsets.UTF_8));
        String body = encoded(content.getBytes(StandardCharsets.UTF_8));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(token.secret().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return header + ".." + encoded(mac.doFinal((header + "." + body).getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 is missing", e);
        }
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
