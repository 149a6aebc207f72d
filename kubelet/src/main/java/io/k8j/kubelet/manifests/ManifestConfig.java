package io.k8j.kubelet.manifests;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Where static Pods come from.
 *
 * @param path file or directory (--pod-manifest-path); null if there is none
 * @param fileCheckFrequency how often it is looked at (--file-check-frequency)
 * @param url of a Pod or a list of Pods (--manifest-url); null if there is none
 * @param headers of the requests for it (--manifest-url-header)
 * @param httpCheckFrequency how often it is asked for (--http-check-frequency)
 */
public record ManifestConfig(
        Path path,
        Duration fileCheckFrequency,
        URI url,
        Map<String, List<String>> headers,
        Duration httpCheckFrequency) {
    /** Upstream's: nowhere. */
    public static final ManifestConfig NONE =
            new ManifestConfig(null, Duration.ofSeconds(20), null, Map.of(), Duration.ofSeconds(20));

    public ManifestConfig {
        if (fileCheckFrequency.isNegative() || fileCheckFrequency.isZero()) {
            throw new IllegalArgumentException("file-check-frequency must be positive");
        }
        if (httpCheckFrequency.isNegative() || httpCheckFrequency.isZero()) {
            throw new IllegalArgumentException("http-check-frequency must be positive");
        }
        boolean web = url == null || "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!web || (url != null && url.getHost() == null)) {
            throw new IllegalArgumentException("manifest-url %s: must be an address of http or https".formatted(url));
        }
        headers = Map.copyOf(headers);
    }

    public ManifestConfig withPath(Path other, Duration frequency) {
        return new ManifestConfig(other, frequency, url, headers, httpCheckFrequency);
    }

    public ManifestConfig withUrl(URI other, Map<String, List<String>> newHeaders, Duration frequency) {
        return new ManifestConfig(path, fileCheckFrequency, other, newHeaders, frequency);
    }
}
