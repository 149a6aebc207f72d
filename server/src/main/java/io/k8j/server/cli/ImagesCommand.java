package io.k8j.server.cli;

import io.k8j.kubelet.containerd.CniConfig;
import io.k8j.kubelet.containerd.ContainerdConfig;
import io.k8j.kubelet.containerd.CtrImageImporter;
import io.k8j.kubelet.cri.CriRuntime;
import io.k8j.kubelet.cri.v1.Image;
import io.k8j.server.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code k8j images import|list|remove}. */
@Command(
        name = "images",
        description = "Manage the node's images without a registry.",
        mixinStandardHelpOptions = true,
        subcommands = {ImagesCommand.Import.class, ImagesCommand.ListImages.class, ImagesCommand.Remove.class})
final class ImagesCommand {
    private ImagesCommand() {}

    private static Path socket(ClusterOptions cluster) {
        Path dataDir = cluster.dataDir.toAbsolutePath().normalize();
        Path own = ContainerdConfig.under(dataDir, CniConfig.findBinDir().orElse(Path.of("/opt/cni/bin")))
                .socket();
        if (!Files.exists(own)) {
            throw new UserException(
                    "containerd of %s is not running: start the cluster with 'k8j server' first".formatted(dataDir));
        }
        return own;
    }

    /** {@code k8j images import FILE.tar …}. */
    @Command(
            name = "import",
            description = "Load images from tar files (OCI layout or docker-archive).",
            mixinStandardHelpOptions = true)
    static final class Import implements Runnable {
        @Mixin
        private ClusterOptions cluster;

        @Parameters(arity = "1..*", paramLabel = "FILE.tar")
        private List<Path> files = new ArrayList<>();

        @Override
        public void run() {
            CtrImageImporter importer = new CtrImageImporter(socket(cluster));
            for (Path file : files) {
                if (!Files.isReadable(file)) {
                    throw new UserException("cannot read %s: name a tar file with an image".formatted(file));
                }
                try {
                    importer.importArchive(file).forEach(name -> System.out.println("imported " + name));
                } catch (IOException e) {
                    throw new UserException("cannot import %s: %s".formatted(file, e.getMessage()), e);
                }
            }
        }
    }

    /** {@code k8j images list}. */
    @Command(name = "list", aliases = "ls", description = "List the node's images.", mixinStandardHelpOptions = true)
    static final class ListImages implements Runnable {
        @Mixin
        private ClusterOptions cluster;

        @Override
        public void run() {
            try (CriRuntime runtime = CriRuntime.connect(socket(cluster))) {
                List<Image> images = new ArrayList<>(runtime.listImages());
                images.sort(Comparator.comparing(image -> name(image)));
                System.out.printf("%-64s %-16s %10s%n", "IMAGE", "ID", "SIZE");
                for (Image image : images) {
                    List<String> names = image.getRepoTagsCount() > 0 ? image.getRepoTagsList() : List.of("<none>");
                    for (String name : names) {
                        System.out.printf(
                                Locale.ROOT,
                                "%-64s %-16s %7.1f MB%n",
                                name,
                                shortId(image.getId()),
                                image.getSize() / 1e6);
                    }
                }
            }
        }

        private static String name(Image image) {
            return image.getRepoTagsCount() > 0 ? image.getRepoTags(0) : image.getId();
        }

        private static String shortId(String id) {
            String digits = id.startsWith("sha256:") ? id.substring(7) : id;
            return digits.substring(0, Math.min(12, digits.length()));
        }
    }

    /** {@code k8j images remove NAME …}. */
    @Command(
            name = "remove",
            aliases = "rm",
            description = "Remove images from the node.",
            mixinStandardHelpOptions = true)
    static final class Remove implements Runnable {
        @Mixin
        private ClusterOptions cluster;

        @Parameters(arity = "1..*", paramLabel = "IMAGE")
        private List<String> images = new ArrayList<>();

        @Override
        public void run() {
            try (CriRuntime runtime = CriRuntime.connect(socket(cluster))) {
                for (String image : images) {
                    if (runtime.imageStatus(image).isEmpty()) {
                        throw new UserException(
                                "there is no image %s on this node: see 'k8j images list'".formatted(image));
                    }
                    runtime.removeImage(image);
                    System.out.println("removed " + image);
                }
            }
        }
    }
}
