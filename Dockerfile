# docker build -t mto .
# mkdir -p runs   # by you, or Docker makes it as root
# docker run --rm --user "$(id -u):$(id -g)" -v "$PWD/photos:/data:ro" -v "$PWD/runs:/runs" mto \
#   pretrain --config /opt/mto/configs/mae-tiny.yaml --set data.train=/data --out /runs/first
FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /source
COPY . .
RUN mvn -B -q -Pdist -DskipTests -Dmto.test.compile.skip -Dinvoker.skip -Dspotless.check.skip package
RUN mkdir /mto && tar -xzf mto-bench/dist/target/mto-*-linux-*.tar.gz -C /mto --strip-components=1

FROM eclipse-temurin:17-jre
COPY --from=build /mto /opt/mto
RUN useradd --create-home mto && mkdir /runs && chown mto /runs
USER mto
WORKDIR /runs
ENTRYPOINT ["/opt/mto/mto"]
CMD ["--help"]
