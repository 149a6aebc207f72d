package io.k8j.e2e.images;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The images that the tests use. All have a shell and the busybox tools except {@code sleeper}, which can only sleep.
 * {@code echo} prints its arguments. {@code nginx} is a real nginx that serves {@code /usr/share/nginx/html} on port 80
 * and logs to stdout; its page names the tag, so that a test sees which version answers. It also has bash, whose {@code
 * /dev/udp} is the only UDP client here, and {@code /etc/nginx/netexec.conf}, with which it says who it is. There is no
 * {@code nginx:1.91}.
 */
public final class TestImages {
    /** Changes whenever the recipe below does, so that a cache made by an older one is not used. */
    private static final String RECIPE = "5";

    private static final String LIBRARY = "docker.io/library/";
    private static final List<String> BUSYBOX_TAGS = List.of("latest", "1.28", "1.36");
    private static final List<String> NGINX_TAGS =
            List.of("latest", "1.7.9", "1.9.1", "1.14.2", "1.16.1", "1.17.9", "1.25.3");
    private static final List<String> PACKAGES = List.of(
            "busybox-static",
            "nginx",
            "nginx-common",
            "bash",
            "libtinfo6",
            "libnginx-mod-stream",
            "libc6",
            "libcrypt1",
            "libpcre2-8-0",
            "libssl3",
            "zlib1g");

    private TestImages() {}

    /** One sentence why images cannot be made here, or empty if they can. */
    public static Optional<String> unavailable() {
        return Optional.ofNullable(DebianPackages.missing());
    }

    /**
     * Returns the images, made on first use and kept in {@code cache}. Blocks for a download of about 7 MB then. Safe
     * for several processes with one cache: the slower one throws its work away.
     *
     * @throws IOException if packages cannot be downloaded; the cache is then as before
     */
    public static ImageStore in(Path cache) throws IOException {
        Path made = cache.resolve("recipe-" + RECIPE);
        if (!Files.exists(made.resolve("index.json"))) {
            Files.createDirectories(cache);
            Path work = Files.createTempDirectory(cache, "making");
            try {
                build(work);
                Files.move(work.resolve("layout"), made);
            } catch (IOException e) {
                if (!Files.exists(made.resolve("index.json"))) {
                    throw e;
                }
            } finally {
                deleteTree(work);
            }
        }
        return ImageStore.open(made);
    }

    private static void build(Path work) throws IOException {
        Path root = DebianPackages.unpack(PACKAGES, work);
        String architecture = DebianPackages.architecture(work);
        ImageStore store = ImageStore.create(work.resolve("layout"));
        byte[] base = busybox(root).tar();
        byte[] server = nginx(root).tar();
        for (String tag : BUSYBOX_TAGS) {
            byte[] name = new Layer().file("etc/image", "busybox:" + tag + "\n").tar();
            var config = config(architecture).put("comment", tag);
            config.putObject("config").putPOJO("Cmd", List.of("sh")).putPOJO("Env", List.of(PATH));
            store.tag(LIBRARY + "busybox:" + tag, image(store, config, List.of(base, name)));
        }
        for (String tag : NGINX_TAGS) {
            byte[] page = new Layer()
                    .file("etc/image", "nginx:" + tag + "\n")
                    .file(
                            "usr/share/nginx/html/index.html",
                            resource("index.html").replace("VERSION", tag))
                    .tar();
            var config = config(architecture).put("comment", tag);
            config.putObject("config")
                    .putPOJO("Cmd", List.of("nginx", "-g", "daemon off;"))
                    .putPOJO("Env", List.of(PATH, "NGINX_VERSION=" + tag))
                    .putPOJO("ExposedPorts", Map.of("80/tcp", Map.of()))
                    .put("StopSignal", "SIGQUIT");
            store.tag(LIBRARY + "nginx:" + tag, image(store, config, List.of(base, server, page)));
        }
        var echo = config(architecture);
        echo.putObject("config")
                .putPOJO("Entrypoint", List.of("/bin/echo"))
                .putPOJO("Cmd", List.of("default", "arguments"))
                .putPOJO("Env", List.of(PATH));
        store.tag(LIBRARY + "echo:latest", image(store, echo, List.of(base)));
        byte[] sleep = new Layer()
                .file("sleep", Files.readAllBytes(root.resolve("bin/busybox")), 0755)
                .directory("proc", 0755)
                .tar();
        var config = config(architecture);
        config.putObject("config").putPOJO("Entrypoint", List.of("/sleep")).putPOJO("Cmd", List.of("1000000"));
        store.tag(LIBRARY + "sleeper:latest", image(store, config, List.of(sleep)));
        store.writeIndex();
    }

    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static Layer busybox(Path root) throws IOException {
        var layer = new Layer();
        for (String path : List.of("bin", "dev", "etc", "home", "lib", "lib64", "proc", "sbin", "sys", "usr", "var")) {
            layer.directory(path, 0755);
        }
        layer.directory("root", 0700)
                .directory("run", 0755)
                .directory("tmp", 01777)
                .directory("var/run", 0755);
        layer.file("bin/busybox", Files.readAllBytes(root.resolve("bin/busybox")), 0755);
        String list =
                DebianPackages.run(root, List.of(root.resolve("bin/busybox").toString(), "--list"));
        for (String tool : list.lines().filter(t -> !t.equals("busybox")).toList()) {
            layer.link("bin/" + tool, "busybox");
        }
        return layer.link("usr/bin/env", "../../bin/busybox")
                .file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n")
                .file("etc/group", "root:x:0:\nnogroup:x:65534:\n")
                .file("etc/nsswitch.conf", "hosts: files dns\n");
    }

    private static Layer nginx(Path root) throws IOException {
        return new Layer()
                .tree(
                        root,
                        path -> path.matches("(usr/)?lib(64)?/([^/]+/|nginx/modules/)?[^/]*\\.so[^/]*")
                                || path.equals("usr/sbin/nginx")
                                || path.equals("bin/bash"))
                .file("etc/nginx/mime.types", Files.readString(root.resolve("etc/nginx/mime.types")))
                .file("etc/nginx/nginx.conf", resource("nginx.conf"))
                .file("etc/nginx/netexec.conf", resource("netexec.conf"))
                .file("etc/nginx/conf.d/default.conf", resource("default.conf"))
                .file("usr/share/nginx/html/test", "ok\n")
                .file("usr/share/nginx/grpc/serving", new byte[] {0, 0, 0, 0, 2, 8, 1}, 0644)
                .directory("var/lib/nginx", 0755)
                .link("var/log/nginx/access.log", "/dev/stdout")
                .link("var/log/nginx/error.log", "/dev/stderr");
    }

    private static ObjectNode config(String architecture) {
        return ImageStore.JSON
                .createObjectNode()
                .put("created", "1970-01-01T00:00:00Z")
                .put("architecture", architecture)
                .put("os", "linux");
    }

    private static ImageStore.Descriptor image(ImageStore store, ObjectNode config, List<byte[]> layers)
            throws IOException {
        var descriptors = new ArrayList<ImageStore.Descriptor>();
        var diffIds = config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
        for (byte[] tar : layers) {
            diffIds.add(ImageStore.digest(tar));
            descriptors.add(store.put(ImageStore.LAYER, Layer.gzip(tar)));
        }
        var manifest =
                ImageStore.JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", ImageStore.MANIFEST);
        manifest.putPOJO("config", store.put(ImageStore.CONFIG, ImageStore.JSON.writeValueAsBytes(config)));
        manifest.putPOJO("layers", descriptors);
        return store.put(ImageStore.MANIFEST, ImageStore.JSON.writeValueAsBytes(manifest));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = TestImages.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
