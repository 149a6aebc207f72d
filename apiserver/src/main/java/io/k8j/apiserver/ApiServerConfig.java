package io.k8j.apiserver;

import io.k8j.apiserver.admission.AdmissionSettings;
import io.k8j.apiserver.authn.ServiceAccountKeys;
import io.k8j.apiserver.http.RequestSettings;
import io.k8j.apiserver.spi.UserInfo;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Settings of the whole API server.
 *
 * @param core settings of its inner part
 * @param address where HTTPS is served; port 0 takes any free one
 * @param servingTls asked for each connection; null serves plain HTTP, which only tests do
 * @param clientAuthorities whose client certificates are trusted
 * @param keys signs ServiceAccount tokens
 * @param issuers names of the token issuer; the first one issues, tokens of the others are still accepted
 * @param audiences audiences that this server accepts
 * @param anonymous whether requests without credentials are served as system:anonymous
 * @param tokens users by static token
 * @param kubeletTls how the API server presents itself to kubelets
 * @param version body of {@code /version}
 * @param requests bounds of what clients may send
 * @param admission which admission steps run, and how
 * @param metrics further parts of {@code /metrics}
 * @param operations encryption, audit and the like
 */
public record ApiServerConfig(
        CoreConfig core,
        InetSocketAddress address,
        Supplier<SslContext> servingTls,
        Supplier<Set<X509Certificate>> clientAuthorities,
        ServiceAccountKeys keys,
        List<String> issuers,
        List<String> audiences,
        boolean anonymous,
        Map<String, UserInfo> tokens,
        Supplier<SslContext> kubeletTls,
        Map<String, Object> version,
        RequestSettings requests,
        AdmissionSettings admission,
        List<Consumer<StringBuilder>> metrics,
        Operations operations) {
    /** The same with upstream's admission. */
    public ApiServerConfig(
            CoreConfig core,
            InetSocketAddress address,
            Supplier<SslContext> servingTls,
            Supplier<Set<X509Certificate>> clientAuthorities,
            ServiceAccountKeys keys,
            List<String> issuers,
            List<String> audiences,
            boolean anonymous,
            Map<String, UserInfo> tokens,
            Supplier<SslContext> kubeletTls,
            Map<String, Object> version,
            RequestSettings requests,
            List<Consumer<StringBuilder>> metrics,
            Operations operations) {
        this(
                core,
                address,
                servingTls,
                clientAuthorities,
                keys,
                issuers,
                audiences,
                anonymous,
                tokens,
                kubeletTls,
                version,
                requests,
                AdmissionSettings.DEFAULTS,
                metrics,
                operations);
    }
}
