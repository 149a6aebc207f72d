package io.k8j.apiserver.system;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** What a start must have done before the server is well, under upstream's names of its post-start hooks. */
public final class StartHooks {
    /** That all APIServices of this server's own groups are there, which upstream checks without a hook. */
    private static final String AUTOREGISTRATION = "autoregister-completion";

    /** In the order in which upstream lists them. */
    private static final List<String> NAMES = List.of(
            "start-apiserver-admission-initializer",
            "generic-apiserver-start-informers",
            "priority-and-fairness-config-consumer",
            "priority-and-fairness-filter",
            "storage-object-count-tracker-hook",
            "start-apiextensions-informers",
            "start-apiextensions-controllers",
            "crd-informer-synced",
            "start-system-namespaces-controller",
            "start-cluster-authentication-info-controller",
            "storage-readiness",
            "start-legacy-token-tracking-controller",
            "start-service-ip-repair-controllers",
            "rbac/bootstrap-roles",
            "scheduling/bootstrap-system-priority-classes",
            "priority-and-fairness-config-producer",
            "bootstrap-controller",
            "start-kubernetes-service-cidr-controller",
            "aggregator-reload-proxy-client-cert",
            "start-kube-aggregator-informers",
            "apiservice-status-local-available-controller",
            "apiservice-status-remote-available-controller",
            "apiservice-registration-controller",
            "apiservice-discovery-controller",
            "kube-apiserver-autoregistration",
            AUTOREGISTRATION,
            "apiservice-openapi-controller",
            "apiservice-openapiv3-controller");

    private final Set<String> done = ConcurrentHashMap.newKeySet();

    /** Notes that these are done. */
    public void done(String... names) {
        done.addAll(List.of(names));
    }

    /** A check for each. */
    public Stream<Health.Check> checks() {
        return NAMES.stream()
                .map(name -> Health.Check.of(
                        name.equals(AUTOREGISTRATION) ? name : "poststarthook/" + name,
                        () -> done.contains(name) ? Optional.empty() : Optional.of("not finished")));
    }
}
