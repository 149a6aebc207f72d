package io.k8j.apiserver.http;

import java.net.URI;
import javax.net.ssl.SSLContext;

/**
 * Where another server is asked, and as whom.
 *
 * @param tls whom to trust and how to present oneself; null for the machine's own
 * @param authorization value of the Authorization header; null for none
 */
public record WebhookEndpoint(URI target, SSLContext tls, String authorization) {}
