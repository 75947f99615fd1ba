; What electron-builder's NSIS scripts take in (`include` in electron-builder.yml).
;
; Start at login is a value that the app writes for the person who switched it on, under the app's id. Nobody but us
; takes it away when the program goes; an update, which uninstalls the old version first, leaves it.
!macro customUnInstall
  ${ifNot} ${isUpdated}
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Run" "${APP_ID}"
    DeleteRegValue HKCU "Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run" "${APP_ID}"
  ${endIf}
!macroend
