package io.k8j.server.controlplane;

import io.k8j.apiserver.admission.HookUsers;
import io.k8j.client.https.ExecCredentials;
import io.k8j.client.https.ExecKeys;
import io.k8j.client.https.KubeconfigUsers;
import io.k8j.client.https.TlsContexts;
import io.k8j.model.api.GoQuote;
import io.k8j.model.json.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;

/** Reads as whom admission webhooks are asked: upstream's WebhookAdmissionConfiguration and the kubeconfig it names. */
final class HookCredentials {
    private static final String VERSION = "apiserver.config.k8s.io/v1";
    private static final String KIND = "WebhookAdmissionConfiguration";
    private static final Set<String> FIELDS = Set.of("apiVersion", "kind", "kubeConfigFile");

    private HookCredentials() {}

    /** @throws IllegalArgumentException in upstream's words if it is wrong */
    static HookUsers read(Map<String, Object> configuration) {
        Object kind = configuration.get("kind");
        Object version = configuration.get("apiVersion");
        if (!VERSION.equals(version) || !KIND.equals(kind)) {
            throw new IllegalArgumentException(
                    "no kind \"%s\" is registered for version \"%s\"".formatted(kind, version));
        }
        for (String field : configuration.keySet()) {
            if (!FIELDS.contains(field)) {
                throw new IllegalArgumentException("strict decoding error: unknown field \"" + field + "\"");
            }
        }
        String file = Trees.string(configuration, "kubeConfigFile");
        if (file == null || file.isEmpty()) return HookUsers.NONE;
        if (!Path.of(file).isAbsolute()) {
            throw new IllegalArgumentException(
                    "kubeConfigFile: Invalid value: %s: must be an absolute file path".formatted(GoQuote.quote(file)));
        }
        try {
            KubeconfigUsers users = KubeconfigUsers.read(Path.of(file));
            Map<String, HookUsers.User> made = new LinkedHashMap<>();
            for (Map.Entry<String, KubeconfigUsers.User> user : users.byName().entrySet()) {
                made.put(user.getKey(), user(user.getKey(), user.getValue()));
            }
            return new HookUsers(made, made.getOrDefault(users.current(), HookUsers.User.ANONYMOUS));
        } catch (IOException e) {
            throw new IllegalArgumentException("kubeconfig " + file + ": " + e.getMessage(), e);
        }
    }

    private static HookUsers.User user(String name, KubeconfigUsers.User user) throws IOException {
        ExecCredentials exec = user.exec();
        if (exec != null) {
            return new HookUsers.User(
                    List.of(new ExecKeys(exec)),
                    () -> exec.token().map(token -> "Bearer " + token),
                    user.impersonation(),
                    exec::refused);
        }
        try {
            KeyManager[] keys = TlsContexts.keys(user.certificate(), user.key());
            return new HookUsers.User(
                    keys == null ? List.of() : List.of(keys),
                    authorization(name, user),
                    user.impersonation(),
                    () -> {});
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("client certificate of user \"" + name + "\": " + e.getMessage(), e);
        }
    }

    private static Supplier<Optional<String>> authorization(String name, KubeconfigUsers.User user) {
        if (user.username().isEmpty() && user.password().isEmpty()) {
            return () -> user.token().get().map(token -> "Bearer " + token);
        }
        if (user.token().get().isPresent()) {
            throw new IllegalArgumentException(
                    "user \"" + name + "\": username/password or bearer token may be set, but not both");
        }
        byte[] plain = (user.username() + ":" + user.password()).getBytes(StandardCharsets.UTF_8);
        Optional<String> basic = Optional.of("Basic " + Base64.getEncoder().encodeToString(plain));
        return () -> basic;
    }
}
