package io.k8j.apiserver.http;

import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * Where another server is asked, and as whom.
 *
 * @param tls whom to trust and how to present oneself; null for the machine's own
 * @param authorization gives the value of the Authorization header for each request; empty answer for none
 */
public record WebhookEndpoint(URI target, SSLContext tls, Supplier<Optional<String>> authorization) {}
