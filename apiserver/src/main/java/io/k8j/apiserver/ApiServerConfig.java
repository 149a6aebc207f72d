package io.k8j.apiserver;

import io.k8j.apiserver.admission.AdmissionSettings;
import io.k8j.apiserver.authn.AuthenticationSettings;
import io.k8j.apiserver.authz.AuthorizationSettings;
import io.k8j.apiserver.http.RequestSettings;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Settings of the whole API server.
 *
 * @param core settings of its inner part
 * @param address where HTTPS is served; port 0 takes any free one
 * @param servingTls asked for each connection; null serves plain HTTP, which only tests do
 * @param authentication who is recognised
 * @param authorization who decides what users may do
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
        AuthenticationSettings authentication,
        AuthorizationSettings authorization,
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
            AuthenticationSettings authentication,
            AuthorizationSettings authorization,
            Supplier<SslContext> kubeletTls,
            Map<String, Object> version,
            RequestSettings requests,
            List<Consumer<StringBuilder>> metrics,
            Operations operations) {
        this(
                core,
                address,
                servingTls,
                authentication,
                authorization,
                kubeletTls,
                version,
                requests,
                AdmissionSettings.DEFAULTS,
                metrics,
                operations);
    }
}
