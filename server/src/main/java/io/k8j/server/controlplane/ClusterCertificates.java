package io.k8j.server.controlplane;

import io.k8j.apiserver.aggregation.FrontProxy;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import io.k8j.server.certs.CertificateAuthority;
import io.k8j.server.certs.CertificateRequest;
import io.k8j.server.certs.CertificateStore;
import io.k8j.server.certs.KeyAndCertificate;
import io.k8j.server.certs.Pem;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All certificates and keys of one cluster, and the TLS contexts made of them. They are looked over once an hour while
 * the server runs, and whenever a file was replaced; what is about to end is renewed and used for the connections that follow.
 */
public final class ClusterCertificates implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterCertificates.class);
    private static final Duration LOOK_OVER = Duration.ofHours(1);
    /** As often as upstream looks whether a certificate's file was replaced. */
    private static final Duration LOOK_AT_FILES = Duration.ofMinutes(1);

    /** So that tests may set their clocks as they like. */
    private static final Instant IN_MEMORY_FROM = Instant.parse("2000-01-01T00:00:00Z");

    private static final Duration IN_MEMORY_VALIDITY = Duration.ofDays(36500);

    /** Holds a key on its way into a context, in memory: the default type would stretch a password 20,000 times for it. */
    private static final String KEY_STORE = "JKS";

    static final String API_SERVER = "kube-apiserver";
    static final String ADMIN = "admin";
    static final String KUBELET_CLIENT = "kube-apiserver-kubelet-client";
    static final String KUBELET = "kubelet-server";

    private static final CertificateRequest FRONT_PROXY = CertificateRequest.client(FrontProxy.NAME, FrontProxy.NAME);

    private final CertificateAuthority authority;
    private final CertificateAuthority proxyAuthority; // signs nothing but FRONT_PROXY
    private final CertificateStore store; // null if they live in memory only
    private final List<CertificateRequest> requests;
    private final KeyPair serviceAccountKey;
    private final Map<String, KeyAndCertificate> current = new ConcurrentHashMap<>();
    private final Map<String, SslContext> contexts = new ConcurrentHashMap<>();
    private final Time time;
    private final List<Runnable> onRenewal = new CopyOnWriteArrayList<>();
    private volatile Time.Timer next = () -> {};
    private volatile Time.Timer nextLook = () -> {};
    private volatile List<FileTime> seen = List.of();

    private ClusterCertificates(
            CertificateAuthority authority,
            CertificateAuthority proxyAuthority,
            CertificateStore store,
            List<CertificateRequest> requests,
            KeyPair serviceAccountKey,
            Time time) {
        this.authority = authority;
        this.proxyAuthority = proxyAuthority;
        this.store = store;
        this.requests = requests;
        this.serviceAccountKey = serviceAccountKey;
        this.time = time;
    }

    /**
     * Opens the certificates in a directory and issues those that are missing.
     *
     * @param serverNames names and addresses of the API server
     * @param nodeNames names and addresses of the node
     */
    public static ClusterCertificates open(
            Path directory, List<String> serverNames, String nodeName, List<String> nodeNames, Time time)
            throws IOException {
        CertificateAuthority authority = CertificateAuthority.open(directory, "ca", time);
        ClusterCertificates certificates = new ClusterCertificates(
                authority,
                CertificateAuthority.open(directory, "front-proxy-ca", time),
                new CertificateStore(directory, time),
                List.of(
                        CertificateRequest.server(API_SERVER, "kube-apiserver", serverNames),
                        CertificateRequest.kubeconfig(ADMIN, "system:admin", "system:masters"),
                        CertificateRequest.client(KUBELET_CLIENT, "kube-apiserver-kubelet-client", "system:masters"),
                        CertificateRequest.server(KUBELET, "system:node:" + nodeName, nodeNames),
                        CertificateRequest.client("kubelet", "system:node:" + nodeName, "system:nodes"),
                        CertificateRequest.client("kube-controller-manager", "system:kube-controller-manager"),
                        CertificateRequest.client("kube-scheduler", "system:kube-scheduler"),
                        CertificateRequest.client("kube-proxy", "system:kube-proxy")),
                serviceAccountKey(directory),
                time);
        certificates.lookOver();
        certificates.lookAgainLater();
        certificates.followFiles();
        return certificates;
    }

    /**
     * Makes certificates that are kept nowhere and need no renewal, for clusters in tests; clusters may share them. Each is
     * made when it is first asked for.
     *
     * @param serverNames names and addresses of the API servers
     * @param nodeNames names and addresses of the nodes
     */
    public static ClusterCertificates inMemory(List<String> serverNames, List<String> nodeNames, Time time)
            throws GeneralSecurityException {
        // Making a key is the slowest part of it in a JVM that has just begun, and nothing here outlives that JVM.
        KeyPair pair = CertificateAuthority.newShortLivedKeyPair();
        InstantSource clock = InstantSource.fixed(IN_MEMORY_FROM);
        return new ClusterCertificates(
                CertificateAuthority.inMemory("ca", pair, clock, IN_MEMORY_VALIDITY),
                CertificateAuthority.inMemory("front-proxy-ca", pair, clock, IN_MEMORY_VALIDITY),
                null,
                List.of(
                        CertificateRequest.server(API_SERVER, "kube-apiserver", serverNames),
                        CertificateRequest.kubeconfig(ADMIN, "system:admin", "system:masters"),
                        CertificateRequest.client(KUBELET_CLIENT, "kube-apiserver-kubelet-client", "system:masters"),
                        CertificateRequest.server(KUBELET, "system:node:simulated", nodeNames)),
                pair,
                time);
    }

    private static KeyPair serviceAccountKey(Path directory) throws IOException {
        Path file = directory.resolve("service-account.key");
        try {
            if (Files.exists(file)) {
                String text = Files.readString(file);
                PrivateKey key = Pem.readKey(text);
                PublicKey written = Pem.readPublicKey(text);
                return new KeyPair(written == null ? publicKey(key) : written, key);
            }
            KeyPair pair = CertificateAuthority.newKeyPair();
            Pem.write(file, Pem.pair(pair), true);
            return pair;
        } catch (GeneralSecurityException e) {
            throw new IOException("read %s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** The public half of a P-256 key that somebody put there without it, computed from the private one. */
    private static ECPublicKey publicKey(PrivateKey key) throws GeneralSecurityException {
        var privateKey = (java.security.interfaces.ECPrivateKey) key;
        var curve = org.bouncycastle.jce.ECNamedCurveTable.getParameterSpec("secp256r1");
        var point = curve.getG().multiply(privateKey.getS()).normalize();
        var spec = new java.security.spec.ECPublicKeySpec(
                new java.security.spec.ECPoint(
                        point.getAffineXCoord().toBigInteger(),
                        point.getAffineYCoord().toBigInteger()),
                privateKey.getParams());
        return (ECPublicKey) java.security.KeyFactory.getInstance("EC").generatePublic(spec);
    }

    /** Has a task run after certificates were renewed, on a thread of this object. */
    public void onRenewal(Runnable task) {
        onRenewal.add(task);
    }

    /** Replaced files are used for the connections that follow; removed ones are issued anew. */
    private void followFiles() {
        nextLook = time.after(
                Pace.UPKEEP,
                LOOK_AT_FILES,
                () -> Thread.ofVirtual().start(() -> {
                    if (!fileTimes().equals(seen)) {
                        next.cancel();
                        lookOverAgain();
                    }
                    followFiles();
                }));
    }

    private List<FileTime> fileTimes() {
        return requests.stream()
                .map(request -> {
                    try {
                        return Files.getLastModifiedTime(store.certificateFile(request.name()));
                    } catch (IOException e) {
                        return FileTime.fromMillis(0); // it was removed, or is being replaced right now
                    }
                })
                .toList();
    }

    private void lookOver() throws IOException {
        boolean renewed = false;
        for (CertificateRequest request : requests) {
            KeyAndCertificate obtained = store.obtain(authority, request);
            KeyAndCertificate before = current.put(request.name(), obtained);
            if (before != null && !before.certificate().equals(obtained.certificate())) {
                LOG.atInfo().addKeyValue("certificate", request.name()).log("certificate renewed");
                renewed = true;
            }
            if (before == null || !before.certificate().equals(obtained.certificate())) {
                contexts.clear();
            }
        }
        current.put(FrontProxy.NAME, store.obtain(proxyAuthority, FRONT_PROXY));
        seen = fileTimes();
        if (renewed) onRenewal.forEach(Runnable::run);
    }

    private void lookAgainLater() {
        next = time.after(
                Pace.UPKEEP,
                LOOK_OVER,
                () -> Thread.ofVirtual().name("certificates").start(this::lookOverAgain));
    }

    private void lookOverAgain() {
        try {
            lookOver();
        } catch (IOException | RuntimeException e) {
            LOG.atError().setCause(e).log("certificates could not be renewed; trying again in an hour");
        } finally {
            lookAgainLater();
        }
    }

    public String authorityPem() {
        return authority.certificatePem();
    }

    /** Whose certificates authenticating proxies have. */
    public Set<X509Certificate> proxyAuthorities() {
        return Set.of(proxyAuthority.certificate());
    }

    public Set<X509Certificate> clientAuthorities() {
        return Set.of(authority.certificate());
    }

    public KeyPair serviceAccountKey() {
        return serviceAccountKey;
    }

    /** How the API server presents itself to servers behind it. */
    public FrontProxy frontProxy() {
        KeyAndCertificate own = obtained(FrontProxy.NAME);
        return new FrontProxy(own.key(), own.chain(), proxyAuthority.certificatePem());
    }

    /** What the kubelet's server presents. */
    public KeyAndCertificate kubelet() {
        return obtained(KUBELET);
    }

    /** The authority with its key, for the signers of certificate requests. */
    public KeyAndCertificate signer() {
        return authority.own();
    }

    /** The administrator's. */
    public KeyAndCertificate admin() {
        return obtained(ADMIN);
    }

    private KeyAndCertificate obtained(String wanted) {
        return current.computeIfAbsent(wanted, name -> {
            boolean proxy = name.equals(FrontProxy.NAME);
            CertificateRequest request = proxy
                    ? FRONT_PROXY
                    : requests.stream()
                            .filter(each -> each.name().equals(name))
                            .findFirst()
                            .orElseThrow();
            try {
                CertificateAuthority issuer = proxy ? proxyAuthority : authority;
                return store == null && !request.rsa()
                        ? issuer.issue(request, serviceAccountKey)
                        : issuer.issue(request);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("issue " + name + ": " + e.getMessage(), e);
            }
        });
    }

    /** What the API server presents; clients may present a certificate, which authentication judges. */
    public SslContext apiServerContext() {
        return contexts.computeIfAbsent(API_SERVER, name -> serverContext(name));
    }

    /** How the API server presents itself to kubelets. */
    public SslContext kubeletClientContext() {
        return contexts.computeIfAbsent(KUBELET_CLIENT, name -> {
            KeyAndCertificate own = obtained(name);
            try {
                return SslContextBuilder.forClient()
                        .sslProvider(provider())
                        .keyManager(own.key(), own.chain().toArray(new X509Certificate[0]))
                        .keyStoreType(KEY_STORE)
                        .trustManager(authority.certificate())
                        .build();
            } catch (SSLException e) {
                throw new IllegalStateException("TLS context " + name + ": " + e.getMessage(), e);
            }
        });
    }

    /** The certificate of {@link #kubeletClientContext}, for others who ask kubelets. */
    KeyAndCertificate kubeletClient() {
        return obtained(KUBELET_CLIENT);
    }

    private SslContext serverContext(String name) {
        KeyAndCertificate own = obtained(name);
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(
                            own.key(), own.chain().toArray(new X509Certificate[0]))
                    .keyStoreType(KEY_STORE)
                    .sslProvider(provider())
                    .protocols("TLSv1.3", "TLSv1.2")
                    .clientAuth(ClientAuth.OPTIONAL)
                    // Any certificate passes the handshake: authentication decides whom to trust, and answers 401.
                    .trustManager(InsecureTrustManagerFactory.INSTANCE);
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    ApplicationProtocolConfig.Protocol.ALPN,
                    ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                    ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                    ApplicationProtocolNames.HTTP_2,
                    ApplicationProtocolNames.HTTP_1_1));
            return builder.build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS context " + name + ": " + e.getMessage(), e);
        }
    }

    private static SslProvider provider() {
        return OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    }

    @Override
    public void close() {
        next.cancel();
        nextLook.cancel();
    }
}
