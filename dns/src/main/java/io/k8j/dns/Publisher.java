package io.k8j.dns;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPortBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.k8j.client.Client;
import io.k8j.client.ObjectKey;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the Service {@code kube-system/kube-dns}, as upstream names it, and an EndpointSlice that points to this server.
 * A Service of that name with a selector is someone else's DNS and is left alone.
 */
final class Publisher implements AutoCloseable {
    static final ObjectKey SERVICE = new ObjectKey("kube-system", "kube-dns");
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final String MANAGER = "dns.k8j.io";
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);
    private static final Duration REVIEW = Duration.ofMinutes(5);

    private final Client client;
    private final DnsConfig config;
    private final int dnsPort;
    private final int httpPort;
    private final Semaphore wake = new Semaphore(1);
    private final CountDownLatch published = new CountDownLatch(1);
    private final Thread thread;

    /** @param httpPort of metrics; 0 or less if there is none */
    Publisher(Client client, DnsConfig config, int dnsPort, int httpPort) {
        this.client = client;
        this.config = config;
        this.dnsPort = dnsPort;
        this.httpPort = httpPort;
        this.thread = Thread.ofVirtual().name("dns-publisher").start(this::run);
    }

    /** Has the objects looked at again. */
    void review() {
        wake.release();
    }

    boolean awaitPublished(Duration limit) throws InterruptedException {
        return published.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void run() {
        Duration retry = RETRY;
        boolean done = false;
        try {
            while (true) {
                if (!wake.tryAcquire((done ? REVIEW : retry).toNanos(), TimeUnit.NANOSECONDS)) {
                    retry = retry.compareTo(LONGEST_RETRY) < 0 ? retry.multipliedBy(2) : LONGEST_RETRY;
                }
                wake.drainPermits();
                done = ensure();
                if (done) {
                    retry = RETRY;
                    published.countDown();
                }
            }
        } catch (InterruptedException e) {
            LOG.trace("closed");
        }
    }

    /** Makes or mends what is to be there; false if that has to be tried again. */
    boolean ensure() {
        try {
            Service service = ensureService();
            Map<String, String> selector = service.getSpec().getSelector();
            if (selector != null && !selector.isEmpty()) {
                LOG.atInfo().addKeyValue("service", SERVICE).log("Service has a selector, so its own Pods answer");
            } else {
                ensureSlice();
            }
            return true;
        } catch (ApiException | TransportException e) {
            LOG.atDebug().addKeyValue("cause", e.getMessage()).log("cannot publish the DNS server yet");
            return false;
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("cannot publish the DNS server");
            return false;
        }
    }

    private Service ensureService() {
        Optional<Service> present = client.resources(Service.class).find(SERVICE);
        if (present.isEmpty()) return client.resources(Service.class).create(wantedService());
        String address = present.get().getSpec().getClusterIP();
        if (!config.clusterIps().isEmpty() && !config.clusterIps().contains(address)) {
            LOG.atWarn()
                    .addKeyValue("service", SERVICE)
                    .addKeyValue("found", address)
                    .addKeyValue("wanted", config.clusterIps())
                    .log("Service has another address than Pods are told");
        }
        return present.get();
    }

    private Service wantedService() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(SERVICE.namespace())
                .withName(SERVICE.name())
                .addToLabels("k8s-app", "kube-dns")
                .addToLabels("kubernetes.io/cluster-service", "true")
                .addToLabels("kubernetes.io/name", "CoreDNS")
                .addToAnnotations("prometheus.io/port", "9153")
                .addToAnnotations("prometheus.io/scrape", "true")
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP(
                        config.clusterIps().isEmpty()
                                ? null
                                : config.clusterIps().getFirst())
                .withClusterIPs(config.clusterIps().isEmpty() ? null : config.clusterIps())
                .withPorts(port("dns", "UDP", 53), port("dns-tcp", "TCP", 53), port("metrics", "TCP", 9153))
                .endSpec()
                .build();
    }

    private static ServicePort port(String name, String protocol, int number) {
        return new ServicePortBuilder()
                .withName(name)
                .withProtocol(protocol)
                .withPort(number)
                .build();
    }

    private void ensureSlice() {
        EndpointSlice wanted = wantedSlice();
        ObjectKey key = ObjectKey.of(wanted);
        Optional<EndpointSlice> present = client.resources(EndpointSlice.class).find(key);
        if (present.isEmpty()) {
            client.resources(EndpointSlice.class).create(wanted);
            return;
        }
        EndpointSlice old = present.get();
        if (Objects.equals(old.getEndpoints(), wanted.getEndpoints())
                && Objects.equals(old.getPorts(), wanted.getPorts())
                && old.getMetadata().getLabels() != null
                && old.getMetadata()
                        .getLabels()
                        .entrySet()
                        .containsAll(wanted.getMetadata().getLabels().entrySet())) {
            return;
        }
        LOG.atInfo().addKeyValue("slice", key).log("EndpointSlice points elsewhere, mending it");
        client.resources(EndpointSlice.class)
                .update(old.toBuilder()
                        .editMetadata()
                        .addToLabels(wanted.getMetadata().getLabels())
                        .endMetadata()
                        .withEndpoints(wanted.getEndpoints())
                        .withPorts(wanted.getPorts())
                        .build());
    }

    private EndpointSlice wantedSlice() {
        InetAddress address = config.bindAddress();
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(SERVICE.namespace())
                .withName(SERVICE.name() + "-" + config.nodeName())
                .addToLabels("kubernetes.io/service-name", SERVICE.name())
                .addToLabels("endpointslice.kubernetes.io/managed-by", MANAGER)
                .addToLabels("k8s-app", "kube-dns")
                .endMetadata()
                .withAddressType(address instanceof Inet4Address ? "IPv4" : "IPv6")
                .addNewEndpoint()
                .withAddresses(address.getHostAddress())
                .withNodeName(config.nodeName())
                .withNewConditions()
                .withReady(true)
                .withServing(true)
                .withTerminating(false)
                .endConditions()
                .endEndpoint()
                .withPorts(endpointPorts())
                .build();
    }

    private List<EndpointPort> endpointPorts() {
        EndpointPort udp = endpointPort("dns", "UDP", dnsPort);
        EndpointPort tcp = endpointPort("dns-tcp", "TCP", dnsPort);
        return httpPort <= 0 ? List.of(udp, tcp) : List.of(udp, tcp, endpointPort("metrics", "TCP", httpPort));
    }

    private static EndpointPort endpointPort(String name, String protocol, int number) {
        return new EndpointPortBuilder()
                .withName(name)
                .withProtocol(protocol)
                .withPort(number)
                .build();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
