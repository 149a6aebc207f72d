package io.k8j.kubelet.pods;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountTokenProjection;
import io.fabric8.kubernetes.api.model.resource.v1.ResourceClaim;
import io.k8j.client.Client;
import io.k8j.client.Informer;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.kubelet.volumes.ObjectSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/** Reads what Pods refer to from the API. Thread-safe. */
final class ApiObjects implements ObjectSource, AutoCloseable {
    private static final long DEFAULT_EXPIRATION_SECONDS = 3600;
    private static final Duration LONGEST_TOKEN_AGE = Duration.ofHours(24);

    private record TokenKey(String podUid, String audience, long seconds) {}

    private record Token(String value, Instant refresh) {}

    private final Client client;
    private final ObjectWatches<ConfigMap> configMaps;
    private final ObjectWatches<Secret> secrets;
    private final Informer<Service> services;
    private final ConcurrentMap<TokenKey, Token> tokens = new ConcurrentHashMap<>();

    /** @param onChange gets the uid of each Pod whose ConfigMaps or Secrets have changed */
    ApiObjects(Client client, Consumer<String> onChange) {
        this.client = client;
        this.configMaps = new ObjectWatches<>(client.resources(ConfigMap.class), onChange);
        this.secrets = new ObjectWatches<>(client.resources(Secret.class), onChange);
        this.services = new Informer<>(client.resources(Service.class), ListOptions.ALL).start();
    }

    @Override
    public Optional<ConfigMap> configMap(Pod pod, String name) {
        return configMaps.get(pod.getMetadata().getUid(), key(pod, name));
    }

    @Override
    public Optional<Secret> secret(Pod pod, String name) {
        return secrets.get(pod.getMetadata().getUid(), key(pod, name));
    }

    /**
     * A claim as it is stored now.
     *
     * @throws io.k8j.model.api.ApiException if there is none
     */
    ResourceClaim resourceClaim(Pod pod, String name) {
        return client.resources(ResourceClaim.class).get(key(pod, name));
    }

    private static ObjectKey key(Pod pod, String name) {
        return new ObjectKey(pod.getMetadata().getNamespace(), name);
    }

    @Override
    public String token(Pod pod, ServiceAccountTokenProjection wanted) {
        String audience = wanted.getAudience() == null ? "" : wanted.getAudience();
        long seconds =
                wanted.getExpirationSeconds() == null ? DEFAULT_EXPIRATION_SECONDS : wanted.getExpirationSeconds();
        TokenKey key = new TokenKey(pod.getMetadata().getUid(), audience, seconds);
        Token known = tokens.get(key);
        if (known != null && client.time().instant().isBefore(known.refresh())) return known.value();
        Token fresh = request(pod, audience, seconds);
        tokens.put(key, fresh);
        return fresh.value();
    }

    private Token request(Pod pod, String audience, long seconds) {
        Map<String, Object> spec = new LinkedHashMap<>();
        spec.put("audiences", audience.isEmpty() ? List.of() : List.of(audience));
        spec.put("expirationSeconds", seconds);
        spec.put(
                "boundObjectRef",
                Map.of(
                        "kind",
                        "Pod",
                        "apiVersion",
                        "v1",
                        "name",
                        pod.getMetadata().getName(),
                        "uid",
                        pod.getMetadata().getUid()));
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("apiVersion", "authentication.k8s.io/v1");
        request.put("kind", "TokenRequest");
        request.put("spec", spec);
        String account = pod.getSpec().getServiceAccountName();
        var answer = client.resources(ServiceAccount.class)
                .createSubresource(
                        key(pod, account == null || account.isEmpty() ? "default" : account), "token", request)
                .tree();
        Map<?, ?> status = (Map<?, ?>) answer.get("status");
        Instant now = client.time().instant();
        Instant end = Instant.parse((String) status.get("expirationTimestamp"));
        // Upstream refreshes when 80 % of the time is over, and each day.
        Duration life = Duration.between(now, end).multipliedBy(8).dividedBy(10);
        if (life.compareTo(LONGEST_TOKEN_AGE) > 0) life = LONGEST_TOKEN_AGE;
        return new Token((String) status.get("token"), now.plus(life));
    }

    /** When the next of a Pod's tokens is to be refreshed. */
    Optional<Instant> nextRefresh(String podUid) {
        return tokens.entrySet().stream()
                .filter(entry -> entry.getKey().podUid().equals(podUid))
                .map(entry -> entry.getValue().refresh())
                .min(Comparator.naturalOrder());
    }

    @Override
    public Optional<PersistentVolumeClaim> claim(Pod pod, String name) {
        return client.resources(PersistentVolumeClaim.class).find(key(pod, name));
    }

    @Override
    public Optional<PersistentVolume> volume(String name) {
        return client.resources(PersistentVolume.class).find(ObjectKey.of(name));
    }

    @Override
    public List<Service> services(String namespace) {
        try {
            services.awaitSynced(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return services.inNamespace(namespace)
                .sorted(Comparator.comparing(service -> service.getMetadata().getName()))
                .toList();
    }

    void release(String podUid) {
        configMaps.release(podUid);
        secrets.release(podUid);
        tokens.keySet().removeIf(key -> key.podUid().equals(podUid));
    }

    @Override
    public void close() {
        configMaps.close();
        secrets.close();
        services.close();
    }
}
