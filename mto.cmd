@echo off
setlocal
set "root=%~dp0"
where java >nul 2>nul || (echo mto: Java is missing; install a JDK 17 or newer 1>&2 & exit /b 2)
where mvn >nul 2>nul || (echo mto: Maven is missing; install Maven 3.8 or newer 1>&2 & exit /b 2)
if not exist "%root%mto-bench\target\dependencies.classpath" (
  echo mto: building ^(the first time downloads about 250 MB^) ... 1>&2
  pushd "%root%"
  call mvn -B -q -DskipTests -Dinvoker.skip -Dspotless.check.skip package || (popd & echo mto: the build failed; see above 1>&2 & exit /b 2)
  popd
)
set /p classpath=<"%root%mto-bench\target\dependencies.classpath"
if "%OMP_NUM_THREADS%"=="" set "OMP_NUM_THREADS=%NUMBER_OF_PROCESSORS%"
set "OMP_WAIT_POLICY=PASSIVE"
java -XX:+UseSerialGC -Xms256m -Xmn96m -XX:SurvivorRatio=2 -XX:TargetSurvivorRatio=90 -Djava.awt.headless=true -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dmto.root="%root%." -cp "%root%mto-bench\target\classes;%classpath%" dev.mto.bench.Mto %*
exit /b %errorlevel%
